"""Every write of the app. Modules are the doors: ``tasks``, ``task_items``, ``queue``, ``status``, ``review``,
``bulk``, ``answer_key``."""
