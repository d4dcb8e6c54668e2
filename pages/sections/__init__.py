"""Parts of pages, named after their concept; a page puts them in order and tells the story."""
