using System.Text;
using System.Xml.Linq;

namespace Consortium.Adapters.Files.Docx;

/// <summary>
/// The labels of numbered paragraphs, which no paragraph holds: Word counts when it shows them (ECMA-376 17.9). Lists of diagnoses are such paragraphs.
/// </summary>
internal sealed class DocxNumbering
{
    private const int Levels = 9;

    private readonly Dictionary<int, Instance> _instances = [];
    private readonly Dictionary<int, int[]> _counters = [];

    /// <summary>The numbering of <c>numbering.xml</c>; null for a document without it.</summary>
    public DocxNumbering(XElement? numbering)
    {
        var definitions = new Dictionary<int, XElement>();
        foreach (XElement definition in numbering.Words("abstractNum"))
        {
            if (Id(definition, "abstractNumId") is { } id) definitions.TryAdd(id, definition);
        }

        var links = numbering.Words("num").Select(num => (Num: num, Id: Id(num, "numId"), Definition: num.Word("abstractNumId").Number())).ToList();
        foreach ((XElement num, int? id, int? named) in links)
        {
            if (id is null || named is not { } definition || !definitions.TryGetValue(definition, out XElement? levels)) continue;

            // 17.9.21: a definition may stand for that of a numbering style.
            if (levels.Word("numStyleLink").Val() is { } link && definitions.FirstOrDefault(other => other.Value.Word("styleLink").Val() == link) is { Value: not null } linked)
            {
                (definition, levels) = (linked.Key, linked.Value);
            }

            _instances.TryAdd(id.Value, new Instance(definition, Merge(levels, num), Starts(num)));
        }

    }

    /// <summary>The label of the next paragraph of this list; null where it has none. Each call counts.</summary>
    /// <param name="number">The list (<c>w:numId</c>).</param>
    /// <param name="level">The level from 0; null where the paragraph's style is bound to one.</param>
    /// <param name="style">The style that the numbering comes from.</param>
    public string? Next(int number, int? level, string? style)
    {
        if (number == 0 || !_instances.TryGetValue(number, out Instance? instance)) return null;
        int at = level ?? Array.FindIndex(instance.Levels, definition => style is not null && definition.Word("pStyle").Val() == style);
        at = Math.Clamp(at, 0, Levels - 1);
        if (instance.Levels[at] is not { } current) return null;
        if (!_counters.TryGetValue(instance.Definition, out int[]? counters))
        {
            counters = new int[Levels];
            Array.Fill(counters, int.MinValue);
            _counters.Add(instance.Definition, counters);
        }

        foreach ((int overridden, int start) in instance.TakeStarts()) counters[overridden] = start - 1;
        for (int above = 0; above < at; above++)
        {
            if (counters[above] == int.MinValue) counters[above] = Start(instance, above);
        }

        counters[at] = counters[at] == int.MinValue ? Start(instance, at) : counters[at] + 1;
        for (int below = at + 1; below < Levels; below++)
        {
            // 17.9.10: a level begins again after the level above it, unless it names another one, or (0) never.
            int? restart = instance.Levels[below].Word("lvlRestart").Number();
            if (restart is null || (restart > 0 && at < restart)) counters[below] = int.MinValue;
        }

        string label = Label(instance, current, counters);
        if (label.Length == 0) return null;
        return current.Word("suff").Val() == "nothing" ? label : label + " ";
    }

    private static string Label(Instance instance, XElement level, int[] counters)
    {
        string text = level.Word("lvlText").Val() ?? "";
        string? format = level.Word("numFmt").Val();
        if (format == "bullet") return text.Trim().Length == 0 ? "" : "•";
        bool legal = level.OnOff("isLgl") ?? false;
        var label = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%' || i + 1 == text.Length || text[i + 1] is < '1' or > '9')
            {
                label.Append(text[i]);
                continue;
            }

            int which = text[++i] - '1';
            if (counters[which] == int.MinValue) continue;
            label.Append(DocxNumberFormat.Write(legal ? "decimal" : instance.Levels[which].Word("numFmt").Val(), counters[which]));
        }

        return label.ToString().Trim();
    }

    private static int Start(Instance instance, int level) => instance.Levels[level].Word("start").Number() ?? 0;

    private static XElement?[] Merge(XElement definition, XElement num)
    {
        var levels = new XElement?[Levels];
        foreach (XElement level in definition.Words("lvl").Concat(num.Words("lvlOverride").Select(one => one.Word("lvl")).OfType<XElement>()))
        {
            if (Id(level, "ilvl") is >= 0 and < Levels and int at) levels[at] = level;
        }

        return levels;
    }

    private static List<(int Level, int Start)> Starts(XElement num) =>
    [
        .. num.Words("lvlOverride")
            .Where(one => Id(one, "ilvl") is >= 0 and < Levels && one.Word("startOverride").Number() is not null)
            .Select(one => (Id(one, "ilvl")!.Value, one.Word("startOverride").Number()!.Value)),
    ];

    private static int? Id(XElement element, string attribute) =>
        int.TryParse(element.AttributeValue(attribute), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out int id) ? id : null;

    private sealed class Instance(int definition, XElement?[] levels, List<(int Level, int Start)> starts)
    {
        private List<(int, int)>? _starts = starts;

        public int Definition => definition;

        public XElement?[] Levels => levels;

        /// <summary>Where the list begins anew; said once, at its first paragraph.</summary>
        public List<(int Level, int Start)> TakeStarts()
        {
            List<(int, int)> now = _starts ?? [];
            _starts = null;
            return now;
        }
    }
}
