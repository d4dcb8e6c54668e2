// What plays: one button that starts and stops it, one frame after the other, fewer pictures for who wants stillness.

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

/** Whether the reader wants little motion. */
export const isStill = () => stillness.matches;

const nothing = () => {};

/** advance(seconds, now) a frame later by so many seconds, until it returns false. Returns what ends it early. */
export function loop(advance) {
  let before = performance.now();
  let pending = requestAnimationFrame(function tick(now) {
    const seconds = Math.max(now - before, 0) / 1000;
    before = now;
    pending = requestAnimationFrame(tick);
    if (advance(seconds, now) === false) cancelAnimationFrame(pending);
  });
  return () => cancelAnimationFrame(pending);
}

/**
 * advance: see loop. begin(): before the first frame;
 * false where there is nothing to play. told(playing): when it starts and when it stops. ended(): when it has come to
 * its end or the reader has pressed the button, but not when another control has stopped it. words: of the button.
 */
export function makePlayer({
  button,
  advance,
  begin = nothing,
  told = nothing,
  ended = nothing,
  words = ["Play", "Pause"],
}) {
  const player = { playing: false, start, stop, toggle };
  let halt = nothing;

  function show(playing) {
    player.playing = playing;
    button.textContent = words[playing ? 1 : 0];
    told(playing);
  }

  function start() {
    if (player.playing || begin() === false) return;
    show(true);
    halt = loop((seconds, now) => {
      const more = advance(seconds, now) !== false;
      if (!more) finish();
      return more;
    });
  }

  function stop() {
    halt();
    if (player.playing) show(false);
  }

  function finish() {
    stop();
    ended();
  }

  function toggle() {
    if (player.playing) finish();
    else start();
  }

  button.textContent = words[0];
  button.addEventListener("click", toggle);
  return player;
}

/** An advance() that calls step() every so many seconds; seconds may be a function. */
export function paced(seconds, step) {
  let waited = 0;
  return (passed) => {
    waited += passed;
    const pause = typeof seconds === "function" ? seconds() : seconds;
    if (waited < pause) return true;
    waited = 0;
    return step();
  };
}
