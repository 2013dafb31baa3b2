"""A finished folder as a memo for a minister: Word, PDF or Markdown, all with the same words.

``run``, ``study`` and ``answers`` say what a folder means, within the ``outline`` that all memos
share; ``drivers`` names what an answer depends on. ``content`` is a memo without a form; ``word``,
``pdf`` and ``markdown`` write it. Nothing is simulated here.
"""
