/** Whether the reader's theme is dark, told from the background Streamlit gives this element. */
export function isDark(element) {
  const [red, green, blue] = getComputedStyle(element)
    .backgroundColor.match(/[\d.]+/g)
    .map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}
