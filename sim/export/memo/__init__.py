"""A finished folder as a memo for a minister: Word or Markdown, both with the same words.

``folder`` reads what was written and checks its hashes; ``of_run``, ``of_comparison``,
``of_explanation`` and ``of_answers`` say what it means, with ``ground`` and ``annex`` for what
all of them have; ``content`` is the memo without a form, and ``word``, ``page`` and ``plain``
give it one. Nothing is simulated here.
"""
