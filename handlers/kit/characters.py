"""Chinese in the characters of Taipei and Hong Kong is understood like that of the mainland: sign by sign."""

from __future__ import annotations

_PAIRS = (
    "萬万專专與与業业個个臨临為为舉举麼么義义亂乱產产親亲億亿僅仅從从們们優优會会體体減减決决況况準准劃划則则剛刚別别"
    "辦办務务動动勞劳勢势醫医華华單单賣卖歷历壓压發发號号後后嗎吗啟启員员響响團团圍围國国圖图圓圆場场塊块處处備备復复"
    "複复夠够頭头奮奋婦妇媽妈學学寶宝實实審审對对導导將将爾尔盡尽層层屬属歲岁崗岗島岛幣币師师帶带幫帮幹干並并廣广庫库"
    "應应慶庆開开彈弹強强當当錄录態态懷怀總总戀恋惡恶戲戏戰战擾扰報报擔担據据數数斷断無无舊旧時时術术機机權权雜杂條条"
    "來来極极構构標标樹树樣样檢检檔档樓楼氣气匯汇漢汉溝沟沒没濟济測测漲涨溫温點点熱热愛爱爺爷狀状現现電电療疗矯矫碼码"
    "確确礙碍禮礼種种稱称積积筆笔簽签簡简篩筛類类緊紧級级紀纪線线組组細细經经綁绑結结給给絕绝統统繼继績绩緒绪續续綜综"
    "綴缀編编縮缩羅罗聰聪職职勝胜膩腻藝艺節节蘇苏藥药範范營营慮虑補补裝装見见規规覺觉訂订計计認认討讨訓训議议記记論论"
    "設设訪访證证評评識识訴诉詞词試试話话詢询語语說说請请誰谁調调談谈謝谢負负責责賢贤敗败賬账貨货質质購购費费資资賦赋"
    "讚赞贊赞軌轨輪轮輕轻較较輩辈邊边達达過过還还這这進进遠远遲迟跡迹適适選选遜逊郵邮採采裡里裏里鐘钟錢钱鋪铺銷销錯错"
    "鍵键長长門门閉闭問问間间閱阅隊队陽阳陸陆險险隱隐難难頁页項项順顺顧顾頓顿預预領领頻频題题額额風风饒饶饋馈馬马驗验"
    "齊齐齡龄關关殘残蹤踪貫贯戶户兩两內内冊册衝冲寫写刪删聽听暫暂週周臺台獎奖遊游佈布註注離离歸归區区際际"
    "陳陈張张劉刘楊杨趙赵黃黄吳吴孫孙鄭郑許许鄧邓馮冯蕭萧葉叶盧卢蔣蒋魯鲁韋韦龍龙嚴严雲云偉伟麗丽軍军傑杰蘭兰鳳凤潔洁瓊琼穎颖"
)
SIMPLER = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


def simpler(words: str) -> str:
    """The same words, as long as they were, with each sign as it is written on the mainland: for comparing, never for
    keeping."""
    return words if words.isascii() else words.translate(SIMPLER)
