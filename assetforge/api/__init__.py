"""The words of ``import assetforge as af``; `assetforge/__init__.py` names them, and loads the file of one when it is
asked for."""
