"""Workbooks out: tables to read and filter, pages to print, rejected rows to mend."""
