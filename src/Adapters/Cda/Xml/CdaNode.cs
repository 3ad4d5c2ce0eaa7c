using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Cda.Xml;

/// <summary>
/// An element of a CDA document, or a run of text in its narrative. Elements of <c>urn:hl7-org:v3</c> have their local name, those of <c>urn:hl7-org:sdtc</c>
/// have <c>sdtc:</c> before it, whatever prefixes the document uses. A linked tree: a document is read once, mostly forward.
/// </summary>
internal sealed class CdaNode(string name, CdaNode? parent, int line, int column)
{
    /// <summary>The name of a run of text.</summary>
    public const string TextName = "#text";

    private CdaNode? _last;
    private (string Name, string Value)[] _attributes = [];

    public string Name { get; } = name;

    public CdaNode? Parent { get; } = parent;

    public CdaNode? First { get; private set; }

    public CdaNode? Next { get; private set; }

    /// <summary>Line of the start tag, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column of the start tag, from 1.</summary>
    public int Column { get; } = column;

    /// <summary>The characters of a run of text.</summary>
    public string Characters { get; init; } = "";

    public bool IsText => ReferenceEquals(Name, TextName);

    /// <summary>True once something of the output was made from this statement; what is left over is reported.</summary>
    public bool Used { get; set; }

    /// <summary>The HL7 v3 data type (<c>xsi:type</c>) without its prefix, such as <c>IVL_TS</c>.</summary>
    public string? Type
    {
        get
        {
            string? type = this["xsi:type"];
            int colon = type?.IndexOf(':', StringComparison.Ordinal) ?? -1;
            return colon < 0 ? type : type![(colon + 1)..];
        }
    }

    /// <summary>Why there is no value (HL7 v3 NullFlavor).</summary>
    public string? NullFlavor => this["nullFlavor"];

    /// <summary>An attribute; null where it is absent or blank.</summary>
    public string? this[string attribute]
    {
        get
        {
            foreach ((string name, string value) in _attributes)
            {
                if (string.Equals(name, attribute, StringComparison.Ordinal)) return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
            }

            return null;
        }
    }

    public ReadOnlySpan<(string Name, string Value)> Attributes => _attributes;

    /// <summary>True where a boolean attribute is <c>true</c> or <c>1</c>.</summary>
    public bool Is(string attribute) => this[attribute] is "true" or "1";

    /// <summary>The first child of this name; null where there is none.</summary>
    public CdaNode? Child(string name)
    {
        for (CdaNode? child = First; child is not null; child = child.Next)
        {
            if (string.Equals(child.Name, name, StringComparison.Ordinal)) return child;
        }

        return null;
    }

    /// <summary>Down by a name each; null where one of them is absent.</summary>
    public CdaNode? Down(params ReadOnlySpan<string> names)
    {
        CdaNode? at = this;
        foreach (string name in names)
        {
            at = at?.Child(name);
        }

        return at;
    }

    /// <summary>The children of this name, in their order.</summary>
    public IEnumerable<CdaNode> Children(string name)
    {
        for (CdaNode? child = First; child is not null; child = child.Next)
        {
            if (string.Equals(child.Name, name, StringComparison.Ordinal)) yield return child;
        }
    }

    /// <summary>All child elements.</summary>
    public IEnumerable<CdaNode> Elements()
    {
        for (CdaNode? child = First; child is not null; child = child.Next)
        {
            if (!child.IsText) yield return child;
        }
    }

    /// <summary>Whether one of the <c>templateId</c>s has this root.</summary>
    public bool HasTemplate(string root)
    {
        for (CdaNode? child = First; child is not null; child = child.Next)
        {
            if (child.Name == "templateId" && string.Equals(child["root"], root, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>The text of this and all below, spaces folded to one; null where there is none.</summary>
    public string? Text
    {
        get
        {
            if (First is { IsText: true, Next: null } only) return Fold(only.Characters);
            if (First is null) return null;
            var text = new StringBuilder();
            AppendText(text, this);
            return Fold(text.ToString());
        }
    }

    /// <summary>Whether there is a word in this or below.</summary>
    public bool HasWords
    {
        get
        {
            if (IsText) return !string.IsNullOrWhiteSpace(Characters);
            for (CdaNode? child = First; child is not null; child = child.Next)
            {
                if (child.HasWords) return true;
            }

            return false;
        }
    }

    /// <summary>The text of this alone, as it is written, without spaces around it; null where there is none.</summary>
    public string? RawText
    {
        get
        {
            if (First is { IsText: true, Next: null } only) return string.IsNullOrWhiteSpace(only.Characters) ? null : only.Characters.Trim();
            var text = new StringBuilder();
            for (CdaNode? child = First; child is not null; child = child.Next) text.Append(child.Characters);
            string all = text.ToString().Trim();
            return all.Length == 0 ? null : all;
        }
    }

    /// <summary>The place as a path that a person can follow: <c>/ClinicalDocument/component/structuredBody/component[3]/section</c>.</summary>
    public string Place
    {
        get
        {
            var parts = new Stack<string>();
            for (CdaNode? at = this; at is not null; at = at.Parent) parts.Push(at.Step());
            return "/" + string.Join('/', parts);
        }
    }

    public void SetAttributes((string Name, string Value)[] attributes) => _attributes = attributes;

    public void Append(CdaNode child)
    {
        if (_last is null) First = child;
        else _last.Next = child;
        _last = child;
    }

    private string Step()
    {
        if (Parent is null) return Name;
        int number = 0, mine = 0;
        for (CdaNode? sibling = Parent.First; sibling is not null; sibling = sibling.Next)
        {
            if (sibling.Name != Name) continue;
            number++;
            if (ReferenceEquals(sibling, this)) mine = number;
        }

        return number == 1 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}[{mine}]");
    }

    // Blocks are kept apart: "Heart rate</td><td>80" is two words.
    private static void AppendText(StringBuilder text, CdaNode node)
    {
        for (CdaNode? child = node.First; child is not null; child = child.Next)
        {
            if (child.IsText) text.Append(child.Characters);
            else AppendText(text, child);
            if (child.Name is "td" or "th" or "tr" or "item" or "paragraph" or "br" or "caption") text.Append(' ');
        }
    }

    internal static string? Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        bool space = false;
        foreach (char c in text)
        {
            if (c is ' ' or '\t' or '\r' or '\n' or '\u00A0' or '\u3000')
            {
                space = folded.Length > 0;
                continue;
            }

            if (space) folded.Append(' ');
            space = false;
            folded.Append(c);
        }

        return folded.Length == 0 ? null : folded.ToString();
    }
}
