"""The browser components: HTML, CSS and JavaScript files, one Python wrapper each."""
