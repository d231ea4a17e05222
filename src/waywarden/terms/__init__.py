"""The glossary as code: kinds, transient types, records, places, errors. Imports nothing of ours.

Import from the modules, not from here: ``terms.transient`` is forbidden to the rooms that keep or publish,
and the contract that says so can only see what is imported by name.
"""
