"""The official SOP document of a version: its words and symbols, laid out on sheets, as page, PDF and DOCX."""
