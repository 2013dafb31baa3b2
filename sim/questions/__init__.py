"""The Senate's questions, and the numbers that answer them.

A question is data (``scenarios/questions``): its text, the minister's answer, and the metrics with
which the program answers it. Nothing here prints.
"""
