"""Server for other programs: the model as tools of the Model Context Protocol.

``protocol`` speaks the protocol, ``tools`` are the seven tools, ``arguments`` and ``answers`` what
they take and give. Nothing outside the server's own folder is read by a path or written.
"""
