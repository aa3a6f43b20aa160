"""Units and measure words of Chinese official prose: which there are, and which count whole things."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plangraph.quantities.lexicon import words_in

# Measure words: a whole number before one of them is a count.
_COUNTING = words_in("""
个 项 家 件 名 位 人 户 处 座 条 张 所 种 类 次 场 批 辆 台 套 间 栋 幢 支 只 头 棵 株 份 篇 册 枚 例 宗 起 笔
轮 站 本 对 组 队 艘 架 列 趟 班 门 节 堂 课 幅 块 片 层 口 眼 盏 杆 首 曲 段 颗 粒 朵 款 尊 顶 封 封信 期 届 部
代 孔 跨 羽 尾 匹 把 人次 家次 辆次 场次 车次 班次 架次 件次 户次 批次 频次 标段 床位 门类 品种 点位 网点 车位
泊位 学位 席位 岗位 台套 台次 件套 人份 剂次 地 镇 乡 村 县 区 市 省 国 州 旗 街道 社区 小区 城市 国家 地区 部门
部委 单位 企业 项目 省份 省区市 大 方面 领域 行业 环节 要素 步 个人 个工作日 工作日 天 日 年 个月 月 周 周年 周岁 岁
星期 个星期 个季度 学时 课时 格 线路 阶段 维度 航次 车道 机位 人天 间房 张床 张床位 套间 款次 桩 卷 档 幕 集
期次 声 回 遍 趟次 字
""")

# Units that are measured or reckoned: a printed number is rounded.
_MEASURED = words_in("""
元 元人民币 人民币 美元 欧元 港元 日元 英镑 加元 澳元 卢布 韩元 角 镑 个百分点 百分点 个基点 基点 % ％ ‰ 倍 成
折 番 分 个点 点 米 公里 千米 里 海里 厘米 毫米 微米 纳米 英里 华里 延米 车公里 吨公里 人公里 平方米 平方公里
平方千米 公顷 亩 平米 平 平方 标准亩 亩次 立方米 立方 方 立方千米 升 毫升 万方 标方 吨 吨标准煤 吨标煤
吨二氧化碳 公斤 千克 克 毫克 微克 斤 市斤 两 担 蒸吨 载重吨 总吨 标箱 标准箱 TEU 箱 千瓦 千瓦时 千伏 千伏安 兆瓦
兆瓦时 瓦 瓦时 度 度电 兆伏安 伏 吉瓦 千卡 卡 焦耳 摄氏度 ℃ °C 度角 分贝 小时 分钟 秒 秒钟 刻钟 个小时 时
个世纪 世纪 毫秒 微秒 兆 字节 比特 赫兹 马力 克拉 帕 兆帕 标台 当量 人年 P KB MB GB TB PB EB Gbps Mbps Tbps bps
GHz MHz Hz GW MW kW KW GWh MWh kWh KWh kV KV kVA MVA V W TW TWh km KM km² m m² m2 ㎡ m³ m3 ㎥ mm cm nm μm µm kg
g mg μg t T Eflops EFLOPS PFLOPS Pflops PFlops EFlops ppm dB µg μg/m³ 毫西弗 元钱 块钱 美金
""")

# A measure word that begins another word is none: 3成立, 2部门, 元宇宙.
_GUARDS = {
    "成": "立为功果员本绩效长套品就都年熟型交",
    "元": "宇素旦件",
    "部": "分队署级",
    "周": "边围转期末密知",
    "所": "有需在得属谓示",
    "分": "之别布散类解析配工级层期区支批成流公局院校会所享",
    "时": "代期尚空效刻长候下间而",
    "点": "亮多",
    "地": "方理铁质标处位下上面",
    "方": "面案式向针便法",
    "平": "台均衡安稳",
    "度": "假过夏",
    "级": "别",
    "大": "学部会量型力幅赛典事局众厅楼街道桥",
    "日": "常益均报",
    "月": "度饼",
    "站": "点位上在稳",
    "户": "籍外型",
    "市": "场民政级值委容区",
    "区": "域间别块县级",
    "国": "家际有产内企资民防外",
    "县": "级域",
    "村": "庄民级",
    "乡": "村镇土级",
    "省": "级内外",
    "课": "题程",
    "节": "能约点水目日省",
    "把": "手握关控",
    "首": "都个次批家届先发席创要位",
    "对": "接外标应比策口",
    "片": "区面",
    "口": "岸径碑",
    "组": "织建成",
    "队": "伍",
    "班": "子",
    "段": "式",
    "步": "骤伐行",
    "箱": "包",
    "兆": "头",
    "字": "典体",
    "声": "音",
    "回": "归收升落迁应暖",
    "集": "中聚群成团体约",
    "卷": "烟",
    "格": "局",
    "档": "案次",
    "跨": "境界区域越部省",
    "株": "洲",
    "代": "表理替码际",
    "套": "餐",
    "角": "度色",
    "担": "当任负保",
    "桩": "基",
    "次": "要级序",
    "支": "柱付撑持部",
    "项": "链",
    "门": "户口槛诊店窗",
    "尾": "气矿款",
    "台": "湾风阶账",
    "天": "然气津地空",
    "年": "轻均级货味龄报",
    "里": "程面",
}
_LETTERS = re.compile(r"[A-Za-z]")


def _alternative(unit: str) -> str:
    guard = _GUARDS.get(unit, "")
    after = f"(?![{guard}])" if guard else ""
    return re.escape(unit) + after + ("(?![A-Za-z])" if _LETTERS.search(unit[-1]) else "")


_NAMES = sorted(_COUNTING | _MEASURED, key=lambda name: (-len(name), name))
_ONE = "(?:" + "|".join(_alternative(name) for name in _NAMES) + ")"
_MULTIPLIER = "[十百千]?[万亿]|[百千](?![克米瓦])"
# 套(间), 人/百亿元, 微克/立方米, 元/平方米·月
_UNIT = re.compile(rf" ?(?P<first>{_ONE})(?:[（(][间套个台件处辆户][)）])?(?:[/／·每](?:{_MULTIPLIER})?{_ONE})*")


@dataclass(frozen=True)
class UnitMatch:
    """A unit found in a text: its name as printed, where it ends, and whether it counts whole things."""

    name: str
    end: int
    counting: bool


def match_unit(text: str, at: int) -> UnitMatch | None:
    """The longest unit that begins at ``at``, one space before it allowed; none where there is none."""
    found = _UNIT.match(text, at)
    if found is None:
        return None
    name = found.group().strip()
    return UnitMatch(name.replace("％", "%"), found.end(), found["first"] in _COUNTING and "/" not in name)
