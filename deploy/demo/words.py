"""What people of the made-up town answer when they are visited, and which calls they got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DIFFICULTIES: Final = (
    "楼道灯坏了两周，晚上不敢下楼",
    "药费报销单不会填",
    "手机收不到支部通知",
    "膝盖疼，买菜不便",
    "想装扶手，不知道找谁",
)
SUGGESTIONS: Final = (
    "学习材料字印大一点",
    "主题党日放在上午，下午要接孩子",
    "希望多组织老同志见面聊聊",
    "电梯加装进度请公示",
)
PLANS: Final = (
    "春天想参加一次红色参观",
    "打算把老照片整理给支部",
    "愿意教邻居写毛笔字",
    "身体允许就参加楼组巡逻",
)

CALLED_AGO: Final[Mapping[str, tuple[int, ...]]] = {
    "王德明": (95, 61),
    "赵文": (105, 75, 50, 20, 5),
    "孙玉珍": (88, 55, 30, 1),
}
"""Whom somebody rang up on these days (days ago), a Sunday if need be, and no other; everybody else gets their calls as
they come due."""
