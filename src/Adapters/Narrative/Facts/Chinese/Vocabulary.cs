using System.Buffers;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Words that decide where a Chinese fact begins and ends, and which terms are none. The conventions stand in <c>docs/narrative-annotation.md</c>.</summary>
internal static class Vocabulary
{
    /// <summary>Organs that a note may name with one character.</summary>
    public static readonly SearchValues<char> SingleOrgans = SearchValues.Create("心肺腹肝脾肾咽胆胰");

    /// <summary>Degrees and verbs in front of a finding; outside of it.</summary>
    public static readonly string[] Degrees = ["轻中度", "中重度", "轻度", "中度", "重度", "明显", "轻微", "剧烈", "轻", "稍", "少量", "少许", "微量", "叩诊呈", "左侧", "右侧", "双侧"];

    /// <summary>Results of a sign behind it; outside of it.</summary>
    public static readonly string[] Results = ["弱阳性", "阳性", "阴性", "(+++)", "(++)", "(+)", "(-)", "(±)", "++", "+", "加重", "一周", "一圈"];

    /// <summary>Words of form, density, colour and kind in front of a finding that belong to it: 斑片状阴影, 类圆形无强化低密度灶, 白色泡沫痰. The longest first.</summary>
    public static readonly string[] FindingOpenings =
    [
        "无强化", "无壁", "类圆形", "卵圆形", "椭圆形", "圆形", "不规则形", "不规则", "分叶状", "斑片状", "片状", "条索状", "条状", "结节状", "团块状", "小圆形", "网格状", "蜂窝状", "囊状", "柱状", "点状", "簇状", "线状", "环形", "环状", "带状", "菜花样", "豆渣样", "串珠样", "树芽状", "磨玻璃样", "磨玻璃",
        "粟粒样", "弥漫性", "局限性", "占位性", "孤立性", "陈旧性", "低密度", "高密度", "等密度", "稍低密度", "稍高密度", "混杂密度", "软组织密度", "囊实性", "实性", "囊性", "混合性", "低回声", "高回声", "等回声", "无回声", "强回声", "混合回声", "稍低回声",
        "长T1", "长T2", "短T1", "溃疡型", "隆起型", "浸润性", "粘液性", "黏液性", "脓性", "血性", "浆液性", "鲜红色", "暗红色", "淡红色", "红色", "淡黄色", "黄色", "黄白色", "灰白色", "白色", "黑色", "咖啡色", "粗大", "细小", "巨大", "质硬", "质软", "质韧", "烧灼样", "电击样", "针刺样", "刀割样", "压榨样", "撕裂样", "搏动性", "转移性", "转移", "细", "粗",
    ];

    /// <summary>What a finding is about where it is no site: the word stands with the finding (体积增大, 实质回声增强, 心影增大).</summary>
    public static readonly string[] Attributes = ["实质回声", "后方回声", "内部回声", "回声", "体积", "密度", "信号", "心影", "纹理", "血流信号", "血流", "透亮度", "代谢", "强化", "骨质", "形态"];

    /// <summary>What may stand in front of a disease and belongs to its name.</summary>
    public static readonly string[] DiseaseOpenings =
    [
        "急慢性", "亚急性", "急性", "慢性", "双侧", "左侧", "右侧", "多发性", "多发", "陈旧性", "继发性", "原发性", "复发性", "反复性", "轻度", "中度", "重度", "先天性", "老年性", "双", "左", "右",
    ];

    /// <summary>Ends of an examination's name behind its first word: 痰涂片 + 抗酸染色, SAS + 评分.</summary>
    public static readonly string[] TestTails = ["评分量表", "评分", "量表", "抗酸染色", "革兰染色", "染色", "涂片", "培养", "筛查", "检测"];

    /// <summary>What says when or where an examination was done; outside of its name.</summary>
    public static readonly string[] TestOpenings = ["术后", "术中", "术前", "床旁", "床边", "外院", "本院", "急诊"];

    /// <summary>Sides in front of an operation or examination.</summary>
    public static readonly string[] Sides = ["双侧", "左侧", "右侧", "双", "左", "右"];

    /// <summary>Signs that are one word with no site: the site before them is a fact of its own. The longest first.</summary>
    public static readonly string[] Signs =
    [
        "弥漫性肿大", "雾状水肿", "凹陷性水肿", "混合充血", "呼吸音减弱", "呼吸音减低", "呼吸音消失", "呼吸音低", "呼吸音粗", "潜伏期延长", "体积增大", "感觉减退", "肌力减退", "肌力下降", "供血不足", "骨质增生", "显影不清", "回声增强", "回声减低", "反跳痛", "叩击痛", "肌紧张",
        "膨隆", "充血", "肿大", "红肿", "湿冷", "增厚", "散大", "黄染", "水肿", "浮肿", "曲张", "发绀", "紫绀", "压痛", "叩痛", "肿胀", "胀满", "隐痛", "绞痛", "突出", "凹陷", "扩张", "混浊", "浑浊", "萎缩", "增大", "狭窄", "粘连", "渗出", "肿块", "包块", "瘀斑",
        "破溃", "麻木", "增粗", "渗液", "缩小", "扩大", "变形", "偏斜", "下垂", "结节", "占位", "钙化", "斑片影", "积液", "潮红", "苍白", "潮湿", "疼痛",
    ];

    private static readonly string[] Forms =
    [
        "缓释胶囊", "肠溶胶囊", "软胶囊", "胶囊", "缓释片", "控释片", "肠溶片", "分散片", "咀嚼片", "泡腾片", "滴丸", "片", "口服溶液", "口服液", "干混悬剂", "混悬液", "颗粒", "冲剂", "糖浆", "注射液", "粉针", "滴眼液", "眼膏", "软膏", "乳膏", "凝胶贴膏", "凝胶", "贴剂", "贴膏", "气雾剂", "喷雾剂",
        "粉吸入剂", "吸入剂", "雾化溶液", "洗剂", "栓剂", "栓", "散", "丸", "滴剂", "膏",
    ];

    // Steps of an operation, and words of the record itself: terms of the lexicon that name no fact by themselves.
    private static readonly HashSet<string> Noise = new(StringComparer.Ordinal)
    {
        "探查", "缝合", "结扎", "支架", "套扎", "拔管", "截骨", "电凝", "止血", "分离", "引流", "牵引", "加压包扎", "湿敷", "降温", "冲洗", "局部浸润麻醉", "内固定", "TME", "拆线", "供皮区", "切缘", "断端", "瓣叶", "皮瓣", "造影剂", "对比剂", "盐水",
        "中药", "体检", "查体", "化验", "辅助检查", "CDFI", "LVEF", "炎症消退", "瘢痕", "不适症状", "输液", "止血带", "穿刺", "复位", "活检钳", "体格检查", "检查", "治疗", "药物", "药敏", "急诊生化", "泌乳", "担心", "肿胀液", "出血量", "手术治疗", "对症治疗", "对症支持治疗", "诊断", "超声刀", "单活胎", "控制心室率", "血流", "多饮", "情绪激动",
    };

    private static readonly string[] NoiseBehind = ["科", "医学科", "外科", "内科", "门诊", "检验报告", "检查报告", "报告", "号", "室", "病区", "刀", "带:", "带,", "带未", "导管", "中心", "小组", "埃希菌", "给药", "胆外科", "克雷伯"];

    // Categories that the annotation conventions see otherwise than the lexicon.
    private static readonly string[] TreatmentEnds = ["换药", "灌肠", "胃肠减压", "膀胱冲洗", "鼻饲", "负压吸引"];

    // Signs that the lexicon has as diseases: findings by the conventions, where no list of diagnoses names them.
    private static readonly HashSet<string> SymptomNames = new(StringComparer.Ordinal)
    {
        "占位", "占位性病变", "复视", "脱发", "口腔溃疡", "喉痉挛", "癌栓", "脉管癌栓", "输血反应", "神经侵犯", "脐带绕颈一周", "脐带绕颈", "挫伤", "裂伤", "皮肤裂伤", "瘀斑", "皮肤瘀斑", "骨质增生", "钙化", "供血不足",
    };

    // Examinations of the body whose result is a sign.
    private static readonly HashSet<string> SignTests = new(StringComparer.Ordinal)
    {
        "结肠充气试验", "腰大肌试验", "闭孔内肌试验", "直腿抬高试验", "骨盆挤压分离试验", "挤压分离试验", "抽屉试验", "研磨试验", "浮髌试验", "压颈试验", "轮替试验", "指鼻试验", "跟膝胫试验", "束臂试验",
    };

    /// <summary>What a term is.</summary>
    public static FactCategory Category(in LexiconHit term)
    {
        string name = term.Entry.Term;
        if (name.EndsWith("麻醉", StringComparison.Ordinal) || name.EndsWith("全麻", StringComparison.Ordinal) || name.EndsWith("局麻", StringComparison.Ordinal) || name.EndsWith("腰麻", StringComparison.Ordinal)) return FactCategory.Procedure;
        if (term.Category == LexiconCategory.Disease && SymptomNames.Contains(name)) return FactCategory.Symptom;
        if (term.Category == LexiconCategory.Test && (name.EndsWith('征') || (name.EndsWith("试验", StringComparison.Ordinal) && SignTests.Contains(name)))) return FactCategory.Symptom;
        if (term.Category == LexiconCategory.Treatment && name is "心电监护" or "监护") return FactCategory.Test;
        if (term.Category == LexiconCategory.Procedure)
        {
            foreach (string end in TreatmentEnds)
            {
                if (name.EndsWith(end, StringComparison.Ordinal)) return FactCategory.Treatment;
            }
        }

        return term.Category switch
        {
            LexiconCategory.Disease => FactCategory.Disease,
            LexiconCategory.Symptom => FactCategory.Symptom,
            LexiconCategory.Body => FactCategory.Body,
            LexiconCategory.Test or LexiconCategory.Lab or LexiconCategory.Vital => FactCategory.Test,
            LexiconCategory.Treatment => FactCategory.Treatment,
            LexiconCategory.Drug => FactCategory.Drug,
            _ => FactCategory.Procedure,
        };
    }

    /// <summary>True for a term that names no fact where it stands.</summary>
    public static bool IsNoise(string text, in LexiconHit term, TextSpan block)
    {
        if (Noise.Contains(term.Entry.Term) || (term.Category == LexiconCategory.Body && term.Length == 1)) return true;
        ReadOnlySpan<char> behind = text.AsSpan(term.End, Math.Min(block.End - term.End, 6));
        foreach (string word in NoiseBehind)
        {
            if (behind.StartsWith(word) && !(word == "号" && behind.StartsWith("号角"))) return true;
        }

        return false;
    }

    /// <summary>True where 治疗 is a part of the therapy's name: 康复治疗, 免疫治疗; 抗感染治疗 is 抗感染.</summary>
    public static bool KeepsTherapy(ReadOnlySpan<char> name) => name is "康复治疗" or "免疫治疗" or "心理治疗" or "激素治疗" or "靶向治疗" or "物理治疗" or "内分泌治疗" or "介入治疗" or "行为治疗" or "光照治疗" or "手术治疗" or "药物治疗" or "放射治疗" or "中医治疗";

    /// <summary>True for an amount that is neither a laboratory value nor a vital sign by the conventions.</summary>
    public static bool IsUnmeasured(string term) =>
        term.Contains("尿量", StringComparison.Ordinal) || term.Contains("体表面积", StringComparison.Ordinal) || term.Contains("吸氧浓度", StringComparison.Ordinal) || term.Contains("出血量", StringComparison.Ordinal) || term is "FiO2";

    /// <summary>Signs that are split from their site also where the lexicon calls the whole a disease.</summary>
    public static readonly string[] DiseaseSigns = ["混浊", "浑浊", "扩张", "瘀斑", "胀痛", "少量积液", "供血不足", "骨质增生", "无力", "钙化", "占位", "裂伤", "增厚", "红肿", "肿胀", "肿大"];

    /// <summary>Parts of an organ that stand behind its name and belong to the site.</summary>
    public static readonly string[] SiteTails = ["前中段", "中下段", "尖后段", "前内侧", "前外侧", "后外侧", "走行区", "末段", "末端", "中段", "近段", "远段", "上段", "下段", "起始部", "前壁", "后壁", "下极", "上极", "内侧", "外侧", "中部", "系膜", "下段", "伤口", "床"];

    /// <summary>True where words are a site alone.</summary>
    public static bool IsSite(ReadOnlySpan<char> words) =>
        words.Length > 0 && !words.EndsWith("性") && !words.EndsWith("样") && !words.EndsWith("发") && !words.EndsWith("血") && !(words.Length == 1 && !SingleOrgans.Contains(words[0]));

    /// <summary>The end of the dose form that stands directly behind a drug's name; the name's end where none does.</summary>
    public static int FormEnd(string text, int end, int limit)
    {
        foreach (string form in Forms)
        {
            if (text.AsSpan(end, limit - end).StartsWith(form) && !(form == "片" && end > 0 && char.IsAsciiDigit(text[end - 1]))) return end + form.Length;
        }

        return end;
    }
}
