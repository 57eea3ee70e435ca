"""A public platform that is not there: takes logins and reports of an enterprise platform, and errs
as told.
"""
