// The arrows of the loop board: from box to box, wherever the grid has put them.

/** From a box to a box, straight this way, at this stage of a turn; last: pixels from the first box's left edge. */
const LINES = {
  wide: [
    ["batch", "hidden", "right", "forward"],
    ["hidden", "output", "right", "forward"],
    ["output", "predictions", "right", "forward"],
    ["W1", "hidden", "up", "forward"],
    ["W2", "output", "up", "forward"],
    ["predictions", "loss", "down", "loss", 16],
    ["targets", "loss", "down", "loss"],
    ["loss", "gradient", "left", "backward"],
    ["gradient", "optimizer", "left", "backward"],
    ["optimizer", "W1", "up", "update"],
  ],
  narrow: [
    ["batch", "hidden", "down", "forward"],
    ["hidden", "output", "down", "forward"],
    ["output", "predictions", "down", "forward"],
    ["W1", "hidden", "left", "forward"],
    ["W2", "output", "left", "forward"],
    ["predictions", "loss", "down", "loss", 8],
    ["targets", "loss", "down", "loss"],
    ["loss", "gradient", "right", "backward"],
    ["gradient", "optimizer", "up", "backward"],
    ["optimizer", "W2", "up", "update"],
  ],
};
const STAGE_COLORS = { forward: "data", loss: "loss", backward: "gradient", update: "weights" };
const HEAD = 6;

export function paintArrows(state) {
  const narrow = state.root.classList.contains("narrow");
  const box = Object.fromEntries(
    Object.entries(state.part).map(([key, part]) => {
      const [left, top] = [part.offsetLeft, part.offsetTop];
      const [right, bottom] = [left + part.offsetWidth, top + part.offsetHeight];
      return [key, { left, top, right, bottom, x: (left + right) / 2, y: (top + bottom) / 2 }];
    }),
  );
  const arrows = LINES[narrow ? "narrow" : "wide"].map(([from, to, way, stage, inset]) => [
    stage,
    straight(box[from], box[to], way, inset),
  ]);
  arrows.push(["update", around(box, narrow)]);
  const text = arrows.map(([stage, points]) => arrowOf(stage, points)).join("");
  if (text !== state.arrows) state.svg.innerHTML = state.arrows = text;
  for (const path of state.svg.children) path.classList.toggle("lit", path.dataset.stage === state.lit);
}

function straight(from, to, way, inset) {
  if (way === "right" || way === "left") {
    const y = (Math.max(from.top, to.top) + Math.min(from.bottom, to.bottom)) / 2;
    return way === "right"
      ? [
          [from.right, y],
          [to.left, y],
        ]
      : [
          [from.left, y],
          [to.right, y],
        ];
  }
  const x = inset ? from.left + inset : (Math.max(from.left, to.left) + Math.min(from.right, to.right)) / 2;
  return way === "down"
    ? [
        [x, from.bottom],
        [x, to.top],
      ]
    : [
        [x, from.top],
        [x, to.bottom],
      ];
}

/** The optimizer's step reaches the other layer's weights, too: on a laptop round a corner, on a phone past a box. */
function around(box, narrow) {
  const { optimizer, W1, W2 } = box;
  if (narrow) {
    const x = W1.right - 8;
    return [
      [x, optimizer.top],
      [x, W1.bottom],
    ];
  }
  const [x, y] = [optimizer.right - 18, (optimizer.top + W2.bottom) / 2];
  return [
    [x, optimizer.top],
    [x, y],
    [W2.x, y],
    [W2.x, W2.bottom],
  ];
}

function arrowOf(stage, points) {
  const [[x0, y0], [x, y]] = points.slice(-2);
  const length = Math.hypot(x - x0, y - y0) || 1;
  const [dx, dy] = [(x - x0) / length, (y - y0) / length];
  const tip = [x - dx, y - dy];
  const foot = [tip[0] - HEAD * dx, tip[1] - HEAD * dy];
  const sides = [1, -1].map((side) => [foot[0] - side * dy * HEAD * 0.75, foot[1] + side * dx * HEAD * 0.75]);
  const path = (through) => through.map((point) => point.map((value) => value.toFixed(1)).join(" ")).join("L");
  const [line, head] = [path([...points.slice(0, -1), foot]), path([tip, ...sides])];
  return (
    `<g data-stage="${stage}" style="--color: var(--uncrumple-${STAGE_COLORS[stage]})">` +
    `<path class="line" d="M${line}"/><path class="head" d="M${head}Z"/></g>`
  );
}
