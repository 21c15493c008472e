"""Every write of the app. Import the module of the noun: ``from models_registry.services import training``."""
