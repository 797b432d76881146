"""The sentences of our scripts, so that the catalogue has them too. Scripts write them as `t("...")`;
a page in another language than Chinese carries the translations. A test holds this list complete."""

from __future__ import annotations

from flask_babel import gettext


def N_(sentence: str) -> str:
    """Marks `sentence` for the catalogue without translating it."""
    return sentence


SCRIPT_WORDS = (
    N_("%(n)s 条建议，用上下键选择。"),
    N_("%(name)s的建议"),
    N_("%(title)s（示意）"),
    N_("上一条"),
    N_("上传进度"),
    N_("下一条"),
    N_("中标题"),
    N_("位置已清除。"),
    N_("还没有选定位置。"),
    N_("选定的位置：%(at)s。"),
    N_("选定的位置：%(at)s，不在图上的范围内。"),
    N_("选定的位置：%(at)s，在%(area)s内。"),
    N_("列表和引文"),
    N_("删本列"),
    N_("删本行"),
    N_("删除图片"),
    N_("删除表格"),
    N_("别人刚刚改过这份内容，自动保存已暂停。请按“保存”，会并排显示两份内容，不会丢失。"),
    N_("加一列"),
    N_("加一行"),
    N_("加粗"),
    N_("取消"),
    N_("合并或拆分"),
    N_("回车"),
    N_("图片"),
    N_("图片下面的说明（选填）"),
    N_("图里有什么"),
    N_("大标题"),
    N_("好"),
    N_("小标题"),
    N_("已上传：%(name)s"),
    N_("已复制。"),
    N_("已自动保存 %(time)s"),
    N_("引文"),
    N_("插入"),
    N_("撤销"),
    N_("撤销和重做"),
    N_("改图片说明"),
    N_("放大"),
    N_("放进正文"),
    N_("文字"),
    N_("斜体"),
    N_("有 %(n)s 张图片没能贴过来，请用“图片”按钮放进来。"),
    N_("有的内容还不合要求，暂未自动保存。"),
    N_("正在上传 %(name)s……"),
    N_("正在保存……"),
    N_("正文"),
    N_("正文工具栏"),
    N_("段落"),
    N_("没有传上去。请再试一次。"),
    N_("没有保存：请先登录。内容还在本页；按“保存”，登录后会放回这里。"),
    N_("没有办成。请稍后再试。"),
    N_("没有建议。"),
    N_("清除位置"),
    N_("点一下地图标出位置；用键盘时，方向键移动地图，回车把位置定在中心。"),
    N_("留空则去掉链接。"),
    N_("编号"),
    N_("编号列表"),
    N_("缩小"),
    N_("网址"),
    N_("网络不通，内容还在本页，稍后自动再存。"),
    N_("网络不通，图片没有传上去。"),
    N_("网络不通，文件会在保存时一起上传。"),
    N_("网络不通，没有送出。请稍后再试。"),
    N_("虚线边界为示意"),
    N_("表格"),
    N_("请给图片补上文字说明，看不见图的人靠它了解内容。"),
    N_("读给看不见图的人听，例如“改造后的车棚，槐树下有长椅”。"),
    N_("还有 %(n)s 处"),
    N_("这里有 %(n)s 处，放大来看"),
    N_("选定的位置"),
    N_("重做"),
    N_("链接"),
    N_("键盘操作（按 ? 打开）"),
    N_("项目"),
    N_("项目列表"),
    N_("首行作表头"),
)


def translations() -> dict[str, str]:
    """Chinese sentence -> the reader's language, for the `words` element of a page."""
    return {sentence: str(gettext(sentence)) for sentence in SCRIPT_WORDS}
