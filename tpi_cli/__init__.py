"""`tpi`: the injection log and recall scheduler of a trigger-point clinic."""

__version__ = "0.1.0"
