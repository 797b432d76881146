"""The demonstration district: invented people, real place names, drawn pictures.

`content/` holds what is shown, as data; `drawing/` draws the pictures; `load.py` brings both in
through the services, as the people in question would have done it.
"""
