// The loss of every run against its steps, on a log scale. For descent_board.

const DECADES = [-8, 10];

function prepareLoss(state) {
  state.lossSheet = fitted(state.loss, state.view.curve && !state.narrow ? 400 : 180);
  const { base } = state.data;
  state.lossCaption.textContent = `${base === 0 ? "Loss" : `Loss above ${number(base)}`} against steps, log scale.`;
}

/** Dragging along the chart moves the step. */
function scrubByPointer(state) {
  const canvas = state.loss;
  let held = false;
  const scrub = (event) => {
    const { left, wide } = lossFrame(state);
    const part = (event.clientX - canvas.getBoundingClientRect().left - left) / wide;
    state.step.value = String(Math.round(part * state.data.steps));
    halt(state);
    request(state);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!state.ready || event.pointerType === "touch") return;
    held = true;
    canvas.setPointerCapture(event.pointerId);
    scrub(event);
  });
  canvas.addEventListener("pointermove", (event) => held && scrub(event));
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => { if (held) report(state); held = false; });
  }
}

function lossFrame({ lossSheet: { width, height } }) {
  return { left: 46, top: 10, wide: width - 58, tall: height - 50 };
}

/** Loss above the lowest known one, on a log scale, against steps, one line per method. */
function paintLoss(state, step) {
  const { context: pen, width, height } = state.lossSheet;
  const { steps } = state.data;
  const frame = lossFrame(state);
  const [bottom, top] = lossSpan(state);
  const xOf = (t) => frame.left + (t / (steps || 1)) * frame.wide;
  const yOf = (log) => frame.top + ((top - log) / (top - bottom)) * frame.tall;
  pen.clearRect(0, 0, width, height);
  pen.font = FONT;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  for (const power of ticks(bottom, top, 5).filter(Number.isInteger)) {
    pen.fillStyle = state.palette.grid;
    pen.fillRect(frame.left, yOf(power), frame.wide, 1);
    pen.fillStyle = state.palette.muted;
    pen.fillText(number(10 ** power), frame.left - 6, yOf(power));
  }
  pen.textAlign = "center";
  for (const t of ticks(0, steps || 1)) pen.fillText(String(t), xOf(t), height - 28);
  pen.fillText("steps", frame.left + frame.wide / 2, height - 11);
  pen.fillStyle = state.palette.text;
  pen.fillRect(xOf(step) - 0.5, frame.top, 1, frame.tall);
  pen.save();
  pen.beginPath();
  pen.rect(frame.left, frame.top - 2, frame.wide, frame.tall + 4);
  pen.clip();
  pen.lineWidth = 2;
  for (const { run, color, dashes } of state.methods) {
    pen.strokeStyle = state.palette[color];
    pen.setLineDash(dashes);
    pen.beginPath();
    for (let t = 0; t < run.logs.length && run.logs[t] < Infinity; t += 1) {
      if (t) pen.lineTo(xOf(t), yOf(Math.min(run.logs[t], top + 5)));
      else pen.moveTo(xOf(t), yOf(run.logs[t]));
    }
    pen.stroke();
    if (run.logs[step] < Infinity) {
      pen.setLineDash([]);
      pen.fillStyle = state.palette[color];
      pen.beginPath();
      pen.arc(xOf(step), yOf(run.logs[step]), 4, 0, 7);
      pen.fill();
    }
  }
  pen.restore();
  describeLoss(state, step);
}

function describeLoss(state, step) {
  const text = state.methods.map(({ title, run }) => `${title}: ${verdict(state, run, step)}`).join("; ");
  if (state.lossDescription === text) return;
  state.lossDescription = text;
  state.loss.setAttribute("aria-label", `At step ${step}: ${text}`);
}

/** Powers of ten the chart spans: from a little above the common start, which keeps its place while sliders move,
 * down to the smallest loss shown, three to ten powers. */
function lossSpan({ methods }) {
  const first = methods.length ? methods[0].run.logs[0] : 0;
  const top = (Number.isFinite(first) ? Math.ceil(first + 0.01) : 0) + 1;
  let least = top - 3;
  for (const { run } of methods) {
    for (const log of run.logs) least = Math.min(least, log);
  }
  return [Math.max(Math.floor(least), top - DECADES[1], Math.min(DECADES[0], top - 3)), top];
}
