"""Files for other programs: workbooks, tables, memos, the dashboard, and their provenance.

``files`` exports a run or a scenario and imports an edited workbook. ``run_workbook`` and
``scenario_workbook`` write workbooks; ``safe_workbook``, ``workbook_reader`` and
``workbook_to_patch`` turn an edited one into a patch. ``data_files`` has tables for programs,
``provenance`` says where a file comes from.
"""
