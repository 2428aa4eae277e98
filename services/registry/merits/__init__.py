"""Honours, points, reports and appraisals, activities, their money: carries the commands out."""

from services.registry.merits.activities import Activities
from services.registry.merits.funds import Spending
from services.registry.merits.honours import Honouring
from services.registry.merits.points import Pointing
from services.registry.merits.review import Reviewing

__all__ = ["Activities", "Honouring", "Pointing", "Reviewing", "Spending"]
