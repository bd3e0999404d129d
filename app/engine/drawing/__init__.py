"""BPMN diagrams drawn on the server: the file's own layout as SVG, coloured for a case, and in words."""

from app.engine.drawing.listing import Line, step_order, texts
from app.engine.drawing.state import DIFFERENCES, Difference, State
from app.engine.drawing.svg import draw_sample, draw_svg

__all__ = ["DIFFERENCES", "Difference", "Line", "State", "draw_sample", "draw_svg", "step_order", "texts"]
