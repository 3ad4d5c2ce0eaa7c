using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Names of laboratory tests and vital signs without a value. They are examinations where the clause asks for them (复查血红蛋白, 监测血压及CK, PSA结果待回报)
/// or says how they are (血压控制尚可); elsewhere they are heads of columns, cells on a smear, genes.
/// </summary>
internal static class AskedNames
{
    private static readonly string[] Askings =
        ["复查", "监测", "检测", "检验", "检查", "化验", "完善", "查", "测", "送检", "急诊送", "随访", "关注", "结合", "待", "评估", "动态观察", "复测"];

    private static readonly string[] Behind =
        ["检查", "检测", "测定", "筛查", "水平", "控制", "监测", "结果", "待回报", "未回报", "回报", "待查", "复查", "化验", "鉴定", "波动", "平稳", "稳定"];

    /// <summary>True where a name without a value is an examination.</summary>
    public static bool IsAsked(string text, in LexiconHit name, TextSpan block)
    {
        if (name.Length < 2 || Vocabulary.IsUnmeasured(name.Entry.Term) || (name.Start > block.Start && char.IsAsciiLetterOrDigit(text[name.Start - 1]))) return false;
        ReadOnlySpan<char> after = text.AsSpan(name.End, Math.Min(block.End - name.End, 4));
        foreach (string word in Behind)
        {
            if (after.StartsWith(word)) return true;
        }

        int clause = name.Start;
        while (clause > block.Start && text[clause - 1] is not (',' or '。' or ';' or ':' or '\n')) clause--;
        ReadOnlySpan<char> before = text.AsSpan(clause, name.Start - clause);
        foreach (string word in Askings)
        {
            if (before.Contains(word, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
