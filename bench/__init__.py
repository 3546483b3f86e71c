"""Measurements of OmniDesk beside its peers; the console is measured as `omnidesk` runs it."""

from omnidesk.app import paint_often

paint_often()
