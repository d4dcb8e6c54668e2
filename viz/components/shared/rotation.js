// Turning the plane. For plane_board and stack_board.

const RATIONAL = { 0: 1, 60: 0.5, 90: 0, 120: -0.5, 180: -1, 240: -0.5, 270: 0, 300: 0.5 };

/** Of degrees; exact where it is rational (Niven): -1, -1/2, 0, 1/2 or 1. */
function cosine(degrees) {
  const turned = ((degrees % 360) + 360) % 360;
  return RATIONAL[turned] ?? Math.cos((turned * Math.PI) / 180);
}

/** [[cos, -sin], [sin, cos]] row by row: counter-clockwise by so many degrees. */
export function rotation(degrees) {
  const [c, s] = [cosine(degrees), cosine(degrees - 90)];
  return [c, -s || 0, s, c];
}
