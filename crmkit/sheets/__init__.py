"""Sheets in (csv, xlsx, xls, ods) and workbooks out."""
