"""A whole project from known labels: the demo a person opens, and the headless loop that measures strategies.

``sources`` have the pictures, ``world`` makes the project from them, ``loop`` turns it without people.
"""
