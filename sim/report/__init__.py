"""Show results: texts in both languages, tables and charts."""
