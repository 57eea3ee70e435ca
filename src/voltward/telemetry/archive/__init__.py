"""Cold Parquet: sealed journal segments and their rows, for as long as the law and the maker ask.

Raw files hold every record of a segment as it was received, VIN included: the folder is as
sensitive as the journal, 0700, and its raw files are encrypted when the journal is. Row files hold
the decoded rows and no VIN.
"""
