"""Small files as offices make them become what a clerk expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.publishing.importing import import_document
from portal.publishing.richtext import sanitise

HERE = Path(__file__).parent / "inputs"
FILES = Path(__file__).parents[2] / "tenants" / "files" / "inputs"
TITLE = "关于玉桥街道步行环境改善的说明"
WHY = "<p>为改善老旧小区步行环境，街道会同责任规划师团队开展了现场踏勘和居民座谈，现将有关安排说明如下。</p>"
PICTURE = '<figure><img src="/media/00000000-0000-7000-8000-{:012}/picture" alt="{}"></figure>'
LIST = (
    "<table><tbody><tr><td>序号</td><td>名称</td><td>面积</td></tr>"
    "<tr><td>1</td><td>三角地</td><td>420平方米</td></tr></tbody></table>"
)
WIDE = "".join(
    f"<tr>{''.join(f'<td>第{column}列内容较长{row}</td>' for column in range(1, 13))}</tr>" for row in range(1, 6)
)
SIX = "".join(
    f"<p>第{n}处，现状与改造说明如下，请居民朋友看图。</p>" * 6 + PICTURE.format(n - 1, f"第{n}处改造前后的样子")
    for n in range(1, 7)
)
CHAPTERS = (
    "<h2>第一章 总则</h2><p>为规范步行环境改善工作，制定本导则，适用于辖区支路。</p>"
    "<h3>一、目的</h3><p>让老人走得稳，让孩子走得安全，让轮椅走得通。</p>"
    "<h3>二、原则</h3><p>先排险，再提升。</p><h2>第二章 附则</h2><p>自印发之日起施行。</p>"
)

#: File -> title, number, text, warnings.
EXPECTED: dict[str, tuple[str, str | None, str, list[str]]] = {
    "01-autonumbered-chinese-paragraphs.docx": (
        TITLE,
        None,
        f"{WHY}<h2>一、改造范围</h2><p>本次改造涉及三条支路，总长一千二百米，不含运河东大街主路。</p>"
        "<h2>二、实施步骤</h2><h3>（一）前期准备</h3><p>六月完成居民意见征集，七月完成设计。</p>"
        "<h3>（二）施工组织</h3><p>八月起分段施工，每段不超过二十天。</p>"
        "<h2>三、保障措施</h2><p>街道成立专班，每周通报进展。</p>",
        [],
    ),
    "02-list-resumed-after-paragraph.docx": (
        TITLE,
        None,
        f"{WHY}<p>居民需要准备的材料按顺序为：</p><ol><li>身份证原件；</li><li>房产证复印件；</li></ol>"
        "<p>以上两项缺一不可，由社区核对后进入第3项。</p>"
        '<ol start="3"><li>签字的意见表；</li><li>联系电话。</li></ol><p>上述第4项用于回访。</p>',
        [],
    ),
    "03-textboxes.docx": (
        TITLE,
        None,
        f"{WHY}<p>甲段文字在此。</p><p>文本框甲：咨询电话八一二三四五六七</p><p>乙段文字在此。</p>"
        "<p>文本框乙：办公时间周一至周五</p><p>丙段文字在此。</p><p>文本框丙：地点在社区一层大厅</p>"
        "<p>结尾段落文字在此。</p>",
        ["有 3 个文本框，文字放在了所在段落后面，请核对位置。"],
    ),
    "07-merged-nested-tables.docx": (
        TITLE,
        None,
        f'{WHY}<table><caption>表1 工程量一览</caption><thead><tr><th rowspan="2" scope="col">路段</th>'
        '<th colspan="2" scope="col">工程量</th><th rowspan="2" scope="col">备注</th></tr>'
        '<tr><th scope="col">铺装（㎡）</th><th scope="col">路灯（盏）</th></tr></thead>'
        "<tbody><tr><td>玉桥西路</td><td>１２００</td><td>12</td><td>含盲道</td></tr>"
        '<tr><td></td><td colspan="2">合计三条路</td><td></td></tr></tbody></table><p>下面是嵌套表：</p>'
        "<table><tbody><tr><td>外层<table><tbody><tr><td>内甲</td><td>内乙</td></tr></tbody></table></td>"
        "<td>右</td></tr></tbody></table><p>以上数据以竣工图为准。</p>",
        [],
    ),
    "11-outline-level-not-style.docx": (
        TITLE,
        None,
        f"{WHY}<h2>改造范围</h2><p>本次改造涉及三条支路，总长一千二百米。</p><h2>实施步骤</h2>"
        "<h3>前期准备</h3><p>六月完成居民意见征集，七月完成设计。</p>"
        "<h3>施工组织</h3><p>八月起分段施工，每段不超过二十天。</p>",
        [],
    ),
    "12-redhead-in-table-fullwidth-code.docx": (
        "关于玉桥街道步行环境改善的通知",
        "玉办发〔2026〕12号",
        f"<p>各社区居委会：</p>{WHY}<h2>一、改造范围</h2><p>本次改造涉及三条支路。</p><h3>（一）道路</h3>"
        "<p>玉桥西路长４００米。</p><h4>１．施工时间</h4><p>八月。</p><p>附件：１．工程量表</p><p>２．示意图</p>"
        '<p class="signature">玉桥街道办事处</p><p class="signature">二〇二六年五月一日</p>',
        ["红头没有带过来：“北京市通州区玉桥街道办事处文件”"],
    ),
    "13-fullwidth-code-and-numbers.docx": (
        "关于玉桥街道步行环境改善的通知",
        "玉办发〔2026〕12号",
        f"<p>各社区居委会：</p>{WHY}<h2>一、改造范围</h2><p>本次改造涉及三条支路，工程量如下文所述，请遵照执行。</p>"
        "<h3>（一）道路</h3><p>玉桥西路长４００米，铺装改为透水砖，人行道净宽不小于一米八。</p>"
        "<h4>１．施工时间</h4><p>八月上旬至九月中旬，避开早晚高峰，夜间不施工。</p>"
        "<h4>２、监督电话</h4><p>八一二三四五六七，工作日九点至十七点有人接听。</p>",
        [],
    ),
    "14-toc-numbered-heading-styles.docx": ("玉桥街道步行环境改善导则", None, CHAPTERS, ["去掉了目录。"]),
    "16-photo-table-and-heading-picture.docx": (
        TITLE,
        None,
        f"{WHY}<table><tbody><tr><td>{PICTURE.format(0, '')}<p>改造前</p></td>"
        f"<td>{PICTURE.format(1, '')}<p>改造后</p></td></tr></tbody></table>"
        f"<h2>现场情况</h2>{PICTURE.format(1, '')}<p>照片由社区提供。</p>",
        [],
    ),
    "18-two-line-title-draft-mark.docx": (
        "关于印发《玉桥街道步行环境改善三年行动方案》的通知（征求意见稿）",
        None,
        f"<p>各社区居委会，机关各科室：</p>{WHY}<p>特此通知。</p><p>附件：玉桥街道步行环境改善三年行动方案</p>"
        '<p class="signature">玉桥街道办事处</p><p class="signature">2026年5月1日</p>'
        "<p>（联系人：王主任；联系电话：81234567）</p><p>抄送：区规自分局。</p>",
        ["标题里的“（征求意见稿）”留下了，定稿后请去掉。"],
    ),
    "19-strict-ooxml.docx": (
        "玉桥街道小微空间更新管理办法（试行）",
        None,
        "<p>（2026年5月1日街道办事处主任办公会通过）</p><h2>第一章　总则</h2><p>第一条　为规范小微空间更新，制定"
        "本办法。</p><p>第二条　本办法适用于辖区内三千平方米以下的空间。</p><h2>第二章　程序</h2>"
        "<p>第三条　按下列步骤办理：</p>"
        "<p>（一）征集意见；</p><p>（二）方案公示；</p><p>（三）实施与回访。</p><p>第四条　由社区组织回访。</p>",
        [],
    ),
    "25-docx-with-plain-bmp-screenshot.docx": (
        TITLE,
        None,
        f"{WHY}<p>常住人口约五万人<sup>[1]</sup>，其中老人占三成<sup>[2]</sup>。</p>"
        '<p class="signature">玉桥街道办事处</p><p class="signature">2026年5月1日</p>'
        "<p>[1] 数据来源：二〇二五年街道台账。</p><p>[2] 尾注：以最终公示为准。</p>",
        [],
    ),
    "30-dos-end-of-file.txt": (
        "关于放假的通知",
        None,
        "<p>各社区：</p><p>现将放假安排通知如下，请遵照执行。</p>",
        [],
    ),
    "31-utf16-notepad.txt": ("玉桥街道口袋公园名单", None, LIST, []),
    "31b-utf16-excel-unicode-text.txt": ("玉桥街道口袋公园名单", None, LIST, []),
    "31c-gb18030.txt": ("玉桥街道口袋公园名单", None, LIST, []),
    "34-six-pictures-wide-table.docx": (
        "关于玉桥街道六处小空间的说明",
        None,
        f"{WHY}{SIX}<table><caption>表1 清单</caption><tbody>{WIDE}</tbody></table><p>全文结束。</p>",
        [],
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_file_becomes_what_a_clerk_expects(name: str) -> None:
    folder = HERE if (HERE / name).exists() else FILES
    found = import_document((folder / name).read_bytes(), name)
    assert (found.title, found.document_code, found.html, list(map(str, found.warnings))) == EXPECTED[name]
    assert sanitise(found.html) == found.html
