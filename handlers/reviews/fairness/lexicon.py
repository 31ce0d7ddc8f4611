"""The words that the rules of fair words look for, in both languages, and where the same words mean something else.

They are written as `matching.py` reads them, with a semicolon between two. A word stands here when it is rather about a
person than about what they did; a word that is as often about the work stands with what tells the two apart."""

from __future__ import annotations

import re

from handlers.reviews.fairness.matching import Looking


def _read(words: str) -> tuple[str, ...]:
    """The words of a list, however its lines are broken."""
    whole = re.sub(r"\|\s*\n\s*", "|", words)
    return tuple(re.sub(r"\s*\n\s*", " ", word.strip()) for word in whole.split(";") if word.strip())


PERSONALITY = Looking(
    _read(
        """
        abrasive(|ly); aggressive(|ly); passive-aggressive; arrogan(t|tly|ce); bossy; pushy; moody;
        too (emotional|soft|nice|sensitive|quiet|shy); (is|was|gets|got|became|becomes|being|very) emotional;
        (always|often|so|quite|rather|overly|really|easily) emotional; (has|had|with) an attitude; loner;
        nice (guy|person);
        hysterical; dramatic; drama queen; lazy; laziness; selfish(|ly|ness); stubborn(|ly|ness); immature;
        careless(|ly|ness); sloppy; hot-headed; short-tempered; bad temper; oversensitive; thin-skinned;
        confrontational; opinionated; difficult (person|personality|character); (difficult|hard|easy) to work with;
        (bad|poor|negative|wrong|great|good|positive) attitude; attitude problem;
        (strong|difficult|weak|big) personality; (introvert|extrovert|extravert)(|ed|s); (born|natural) leader;
        not a leader; (rock ?star|ninja|genius|superstar); gifted; (so|very|really) smart; brilliant mind; bubbly;
        likeable; charismatic; charming; naive; cold person; intimidating; unprofessional;
        lacks (confidence|ambition|drive|gravitas|passion|charisma|maturity); no ambition; control freak; know-it-all;
        no team player; not a team player; 懒惰; 懒散; 很懒; 太懒; 偷懒; 情绪化; 玻璃心; 内向; 外向; 固执; 强势; 脾气;
        粗心; 马虎; 自私; 傲慢; 自大; 高冷; 老实人; 靠不住; 不靠谱; 上进心; 狼性; 野心; 态度差; 态度不好; 态度恶劣;
        态度有问题; 情商(太|很|比较)(低|高);
        态度不端正; 情商低; 情商高; 情商不高; 聪明; 笨; 天赋; 悟性; 悟性差; 心态不好; 心态差; 抗压能力差; 个性太强;
        性格; 太敏感; 敏感多疑; 冲动; 咄咄逼人; 难相处; 难以相处; 不好相处; 好相处; 斤斤计较; 小心眼; 爱抱怨; 爱出风头;
        圆滑; 矫情; 不成熟; 幼稚; 孤僻; 不合群; 有想法的人; 人品; 老好人; 大大咧咧; 磨叽; 玩世不恭
        """
    ),
    but=_read(
        """
        aggressive (pricing|price|timeline|timelines|deadline|deadlines|target|targets|goal|goals|growth|caching|
        schedule|plan|plans|discount|discounts|competitor|competitors|market|marketing|roadmap|compression|optimisation|
        optimization|bidding|treatment);
        aggressively (caches|cached|cache|priced|optimised|optimized|compressed|prefetch|prefetches|retries|prunes);
        lazy (loading|load|loads|loaded|evaluation|evaluated|initialisation|initialization|import|imports|fetch|
        fetching|query|queries|deletion);
        dramatic (drop|rise|increase|fall|improvement|reduction|effect|change|growth|decline); ninja build;
        (so|very|really) smart (contract|contracts|meter|meters|home|watch|phone|cards); naive bayes;
        naive (implementation|approach|solution|algorithm|baseline|model|version|forecast);
        stubborn (bug|bugs|defect|defects|problem|problems|issue|issues|stain);
        (emotional) (design|support|intelligence|health|response); (lazy) (sunday|sundays);
        gifted (subscription|subscriptions|card|cards|membership|tickets);
        强势(增长|上涨|反弹|品牌|品类|回升|货币|登陆|文化|地位|入局|突破|领域); 野心勃勃的(计划|目标);
        (用户|客户|产品|品牌|人物|角色|笔记)性格; 性格(测试|测评|标签|色彩); 冲动(消费|购买|下单|型消费); (神经|脉)冲动;
        内向(型数据|投资); 外向(型经济|投资); 笨重; 笨办法; 聪明(钱|屋|购|药); 笔墨; 天赋(树|点|技能|系统); 脾气候;
        狼性文化(培训|手册)
        """
    ),
    is_denied=True,
)

AGE = Looking(
    _read(
        """
        at (his|her|their) age; for (his|her|their|someone's) age; (his|her|their) age; too (young|old);
        (so|very|still|quite|being|is|are|rather) young;
        young (man|woman|lady|guy|girl|person|people|colleague|colleagues|man's);
        young and (inexperienced|energetic|ambitious|dynamic|hungry|keen|eager|enthusiastic|naive|restless); young for;
        old for; older (colleague|colleagues|employee|employees|worker|workers|people);
        younger (colleague|colleagues|employee|employees|worker|workers|people|ones|generation); digital native;
        youthful; set in (his|her|their) ways; millennial(|s); gen z; boomer(|s); (close|near) to retirement;
        nearing retirement; (past|beyond) (his|her|their) prime; senior moment;
        (he|she|they|who) (is|was|are|turns|turned) (|only |already |just )# years old; (kid|kids) (on|in) the team;
        for a #-year-old; (快|年近|奔)(四|五|六)十(了|岁); #多岁;
        old dog; of (his|her|their) generation; middle-aged; elderly colleague; old-timer(|s); 年轻; 年纪; 年龄; 岁数;
        上了岁数; #岁; 九零后; 零零后; (80|85|90|95|00)后; 小年轻; 临近退休; 快退休; 接近退休; 马上退休; 更年期; 老油条;
        老资格; 倚老卖老; 年长; 中年; 一把年纪; 岁月不饶人; 乳臭未干; 毛头小子; 小孩子气
        """
    ),
    but=_read(
        """
        年轻(化|用户|客户|客群|消费者|父母|妈妈|女性用户|市场|品牌|群体);
        (用户|客户|受访者|患者|消费者|会员|投保|样本|库|设备|账|资产)的?(年龄|年纪);
        年龄(段|层|组|分布|结构|字段|校验|限制|分组|区间|筛选); 中年(用户|客户|客群|群体|女性用户|男性用户);
        (司|店|楼|品牌|系统)龄; young (company|product|market|codebase|team|brand|field|customers|users);
        (18|80|85|90|95|00)后(台|端|续|来|缀|的订单); #岁(以上|以下|及以上|及以下|以内)
        """
    ),
    is_of_products=True,
)

GENDER = Looking(
    _read(
        """
        (as|for|being) a (woman|man|girl|guy|female|male|mother|father|mum|mom|dad|wife|husband|lady); (female|male|
        woman|women|lady) (employee|employees|colleague|colleagues|engineer|engineers|leader|leaders|manager|managers|
        boss|developer|developers|analyst|analysts|designer|designers|team member|team members|seller|sellers|
        consultant|consultants); working (mother|mothers|mum|mums|mom|moms|dad|dads); motherly; fatherly; maternal;
        feminine; masculine; ladylike; unladylike; like a (man|woman|girl); man up; girl(|s); girlish; boyish;
        one of the (boys|guys|lads|girls); boys'? club; old boys; mother hen; mother of the team; feisty; sassy; shrill;
        office (mum|mom|mother); (ladies|gentlemen); for the (fairer|weaker|stronger) sex;
        (women|men) (are|tend|usually|often|can't|cannot|always|never); real man; 女生; 男生; 女孩; 男孩; 女孩子;
        男孩子; 小姑娘; 小伙子; 妹子; 女汉子; 汉子; 娘娘腔; 太娘; 女强人; 女人; 男人; 像个男人; 像个女人; 大男子; 美女;
        帅哥; 女同事; 男同事; 女员工; 男员工; 女同志; 男同志; 女领导; 女司机; 女工程师; 男工程师; 女程序员;
        作为(女性|男性|母亲|父亲|妈妈|爸爸|妻子|丈夫|太太|女士|宝妈); 身为(女性|男性|母亲|父亲|妈妈|女人);
        女性(员工|同事|领导|工程师|管理者|的细腻|特有); 男性(员工|同事|领导|工程师|管理者|的担当); 宝妈; 当妈; 贤惠;
        大妈; 大叔; 泼辣; 温柔; 阳刚; 婆婆妈妈; 婆妈; 爷们; 哥们儿; (女|男)的(就|都|比较|不适合|天生)
        """
    ),
    but=_read(
        """
        girl(|s)'? (scouts|school|schools|sizes|section|football|clothing|wear|shoes); (boys and girls|girls and boys);
        maternal (health|mortality|care); (女|男)(生|孩)(用户|鞋|装|版|款|宿舍|频道|区); 女人街; 武汉子; 好汉子公司;
        温柔(模式|音色|提醒); (男人|女人)(装|味杂志); 美女(图片|主播); 作为(女性|男性)(用户|客户|品牌);
        feminine (care|hygiene); masculine (noun|form|ending); feminine (noun|form|ending); female connector
        """
    ),
    is_of_products=True,
)

LEAVE = Looking(
    _read(
        """
        (maternity|paternity|parental|sick|medical|family|carer's|compassionate|bereavement|adoption) leave;
        (was|is|were|went|goes|been|being|while|when|returned from|back from|still|due to) (on |her |his |their |)leave;
        on leave; (his|her|their) (leave|absence|absences); pregnan(t|cy); (is|was) expecting; breastfeeding; childcare;
        day ?care; (his|her|their) (child|children|kid|kids|baby|son|daughter|toddler|newborn);
        (small|young|little) (children|kids); single (mother|father|mum|mom|dad|parent);
        new (mother|father|mum|mom|dad|parent);
        family (situation|reasons|obligations|commitments|duties|issues|problems|matters|responsibilities);
        (his|her|their) (family|wife|husband|spouse|partner at home|marriage|divorce|wedding); got (married|divorced);
        (is|was|being) (married|single|divorced|ill|sick|depressed|burned out|burnt out|disabled|unwell|hospitalised|
        hospitalized); (ill|sick) (often|a lot|again|too often|for); often (ill|sick); fell ill; sick days; burn-?out;
        depression; anxiety; mental health;
        (his|her|their) (health|illness|surgery|therapy|disability|recovery|condition|operation|back pain);
        health (problem|problems|issues|condition|reasons); in (the |)hospital; disabilit(y|ies);
        (works|working) part-time; 产假; 陪产假; 育儿假; 病假; 事假; 婚假; 丧假; 哺乳; 怀孕; 孕期; 孕妇; 备孕; 生孩子;
        生娃; 生二胎; 二胎; 三胎; 带孩子; 带娃; 家里有事; 家里的事; 家庭原因; 家庭负担; 家庭情况; 家庭因素; 顾家;
        照顾家庭; 照顾家人; 照顾老人; 照顾孩子; 已婚; 未婚; 结婚; 离婚; 单身; 生病; 住院; 做手术; 身体不好; 身体原因;
        身体不适; 身体状况; 抑郁; 焦虑症; 残疾; 体弱; 请假; 休假; 健康问题; 健康原因; 健康状况; 月子; 经期; 例假; 恋爱;
        男朋友; 女朋友
        """
    ),
    but=_read(
        """
        (leave|left) (the|it|a|no|nothing|us|room|open|out);
        (is|was) (married|single) (to|sign|page|point|source|customer|tenant|threaded|digit); (is|was|being) single;
        (is|was|being) disabled (by|in|for|on|until|when|after|while|automatically); depression of (prices|demand|the);
        (is|was|being) sick of; (feature|flag|account|button|option|check|job|alert|rule|it) (is|was|being) disabled;
        (service|system|server|cluster|site|pipeline|build|database|account|financial|customer) health;
        their (partner|condition) (api|programme|program|code); product family; font family;
        (his|her|their) leave approval; in (the |)hospital (project|projects|business|sector|segment|group|chain|system|
        account|accounts|market|information);
        (child|children) (process|processes|component|components|node|nodes|theme|table|account);
        (his|her|their) (child|children) (process|processes|component|components|node|nodes);
        mental health (app|line|portal|campaign|product|provider|provider's); (批|调|代)(请假|休假); 请假(条|单);
        住院(部|医生|总|患者|病人|信息); (婚|离)结婚; 结婚(照|季|戒指); 单身(公寓|经济|派对); 健康(度|检查|码);
        (系统|服务|集群|节点|数据|业务|项目|库存)健康状况; 恋爱(手游|游戏|综艺); 哺乳(动物|室|类);
        残疾人(通道|就业保障金); 集体婚假
        """
    ),
    is_of_products=True,
)

COMPARISON = Looking(
    _read(
        """
        (better|worse|faster|slower|more|less|stronger|weaker|smarter|harder) than @; (more|less|fewer) * than @;
        (better|worse|faster|slower|stronger|weaker) than (him|her); (outperforms|outperformed|outshines) @;
        (compared (to|with)|unlike|in contrast to|next to|behind|ahead of) @; (better|worse|faster|slower|more|less|
        stronger|weaker|harder) than (the |)(others|other colleagues|colleagues|peers|everyone|everybody|anyone|anybody|
        most|rest); (better|worse|faster|slower|more|less|stronger|weaker|harder) than (|most |all |any )(of |)(|the |
        our |his |her |their |my )(|other )(colleagues|peers|teammates|team mates|team members|coworkers|co-workers);
        (more|less|fewer) * than (|most |all |any )(of |)(|the |our |his |her |their |my )(|other )(others|colleagues|
        peers|teammates|team mates|team members|coworkers|co-workers|rest of the team|anyone|everyone); (compared (to|
        with)|unlike|in contrast to) (the |his |her |their |my |)(|other )(others|colleagues|peers|teammates|team mates|
        team members|coworkers|co-workers|rest|team); (as|so) * as @;
        not as * as (the |his |her |their |)(|other )(others|colleagues|peers|teammates|rest|team); (the |)(best|worst|
        weakest|strongest|slowest|fastest|smartest|top|most *|least *) (|one |person |engineer |developer |seller |
        performer |analyst |designer |member )(in|on|of) (the|my|our|this|his|her|their) (team|group|department|office|
        company|unit); (top|bottom|lowest|worst|best|weakest|strongest) performer(|s);
        (top|bottom) of the (team|group|class|list of colleagues);
        (ranks|ranked) (first|last|second|third|#|near|among|at|below|above);
        (below|above) the (team|group|department) average; less than (his|her|their) peers; 比@; 不如@; 不及@; 不像@;
        远超@; 逊于@; 相比于@; 相较于?@; 较之@; (和|跟|与|同|拿)@(相比|比起来|比较起来|一比|比，|比就|比还|比差|比要);
        没有@(好|快|强|稳|细心|仔细|认真|努力|积极|主动|聪明|能干|靠谱|优秀|出色|高效|厉害|负责|耐心|专业|灵活|成熟|
        那么|这么|那样|做得|写得|干得|来得);
        (比|不如|不及|不像|超过|远超)(小|老)(王|李|张|刘|陈|杨|黄|赵|吴|孙|徐|朱|胡|郭|林|何|罗|郑|梁|谢|宋|唐|许|韩|冯|
        邓|曹|彭|曾|萧|蔡|潘|袁|董|苏|吕|魏|蒋|沈|姜|卢|汪|戴|崔|廖|姚);
        (和|跟|与)(其他|别的|周围的?|身边的?)?(同事|队友|组员|团队成员|同组的?人)(相比|比较|比起来|比|对比);
        相比(于)?(其他|别的)?(同事|队友|组员|团队成员); (比|不如|不及|超过|超越|远超|优于|强于|弱于|好于|差于)(其他|
        别的|周围的?|身边的?|大多数|所有|很多|同组的?|同级的?)?(同事|别人|他人|其他人|大家|队友|组员|团队成员|
        团队里的人|所有人|任何人|大部分人|多数人); (团队|组|部门|全组|全队|部门内|团队内|公司)(里|内|中)?最(好|差|慢|快|
        弱|强|优秀|努力|聪明|能干|勤奋|拖沓|靠谱|资深); 垫底; 倒数第?#?; 拖后腿; 数一数二; 名列前茅; 末位;
        排名(靠前|靠后|第#|末|最|垫); (低于|高于)(团队|部门|小组|组内)平均
        """
    ),
    but=_read(
        """
        (搜索|关键词|应用商店|榜单|类目|店铺|商品|行业|品牌|市场)(的)?排名(靠前|靠后|第#|末|最|垫);
        比(小黄(车|人)|老陈醋|小胡同|小苏打); 没有*快速; 没有*(好(的|几|多)|快的|强的|稳的);
        倒数(计时|据|第#(行|列|页|天|周|步|个版本|个字段)); 比例; 末位(补零|数字|校验); (site|page|app|product|brand|
        keyword|search|result) (ranks|ranked) (first|last|second|third|#|near|among|at|below|above)
        """
    ),
)

VAGUE = Looking(
    _read(
        """
        (good|great|excellent|nice|solid|fine|amazing|fantastic|outstanding|bad|poor) (job|work|performance|results|
        year|quarter); (does|did|doing) (well|great|fine|good|ok|okay|poorly);
        (performs|performed) (well|badly|poorly|ok); works? hard; hard-working; always; could (be|do) better;
        needs? to (communicate|collaborate|listen) (better|more); 很负责; 很认真; 很努力;
        needs? (to improve|improvement|to be better|to work on); room for improvement;
        should (improve|communicate more|communicate better|be more *|do more|try harder); must improve;
        more (proactive|visible|strategic|engaged|involved);
        (sometimes|often|usually|mostly) (late|difficult|slow|unclear|good|helpful|hard); not bad; meets expectations;
        keep (it up|up the good work|going); as (usual|always); everything is (fine|good|ok|okay); no complaints;
        nothing to (add|say); go(es|)? the extra mile; great asset; valuable member; team player; step up;
        takes? (more )?ownership; in general; overall (good|fine|ok|okay|solid); reliable and *;
        a pleasure to work with; 表现不错; 表现良好; 表现优秀; 表现一般; 表现很好; 工作认真; 认真负责; 兢兢业业;
        任劳任怨; 踏实肯干; 吃苦耐劳; 有待提高; 有待加强; 有待提升; 有待改进; 需要改进; 需要提高; 需要加强; 还需努力;
        还可以; 还行; 挺好; 很好; 不错; 马马虎虎; 不够主动; 不够积极; 更加主动; 更主动; 更积极; 继续努力; 继续保持;
        再接再厉; 加强沟通; 多沟通; 总是; 从来不; 整体良好; 综合素质; 能力强; 能力较强; 能力不足; 执行力强; 责任心强;
        有责任心; 积极主动; 进步空间; 提升空间; 一如既往; 尽职尽责
        """
    ),
    but=_read(
        """
        (almost |nearly |not )always; always-on; always on; 很好(地|奇);
        (用户|客户|反馈|口碑|效果)(说|反馈|觉得|认为)(很好|不错|还可以|挺好); 总是(能)?(返回|报错|失败|超时|为空);
        in general (availability|election); (不是|并非)总是; 不错(过|失); 很好(玩|用|吃|看)
        """
    ),
)
