"""The question book: the questions of the source document, and the numbers that answer them.

A question is data (``scenarios/questions``): its words, what was answered, and by which figures the
program answers it. Nothing here prints or writes.
"""
