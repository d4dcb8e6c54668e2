// Pointers and arrow keys, the same on every board.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/** [right, up] of an arrow key; null for any other. */
export const arrowOf = (event) => ARROWS[event.key] ?? null;

/** One more or one less, for an arrow key along a row of steps, right and down being more; 0 for any other. */
export function stepOf(event) {
  const [right, up] = ARROWS[event.key] ?? [0, 0];
  return right - up;
}

/** moved([right, up], event) for each arrow key pressed on the element; the page then does not scroll by it. */
export function onArrows(element, moved) {
  element.addEventListener("keydown", (event) => {
    const way = arrowOf(event);
    if (way && moved(way, event) !== false) event.preventDefault();
  });
}

/** Where the pointer is within an element, in CSS pixels. */
export function placeIn(element, event) {
  const box = element.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/**
 * Dragging with one pointer: a mouse's first button, a pen, a finger. begin(event) returns what is held, or null where
 * nothing is to be dragged; move(held, event) and end(held, event) follow the pointer that began, wherever it goes.
 */
export function drag(element, { begin, move, end = () => {} }) {
  let held = null;
  element.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || held) return;
    const grip = begin(event) ?? null;
    if (grip === null) return;
    held = { grip, pointer: event.pointerId };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (held?.pointer === event.pointerId) move(held.grip, event);
  });
  for (const over of ["pointerup", "pointercancel"]) {
    element.addEventListener(over, (event) => {
      if (held?.pointer !== event.pointerId) return;
      const { grip } = held;
      held = null;
      end(grip, event);
    });
  }
}
