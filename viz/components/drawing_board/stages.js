// What the drawing board and its pictures share: sizes, and the ink's way from the canvas to the network.

export const CANVAS = 280;
export const SIDE = 28;
export const BOX = 20;
export const CLASSES = 10;
export const STAGES = [
  ["canvas", "Your canvas", "The frame holds all the ink."],
  ["cropped", "Cropped", "What lies outside the frame is dropped."],
  ["penned", "Pen width", "Very thin or thick lines are evened out."],
  ["fitted", "Fitted into 20 × 20", "Longer side 20, proportions kept."],
  ["centred", "Centred in 28 × 28", "The ink's centre of mass, its average place, goes to the mark."],
];
