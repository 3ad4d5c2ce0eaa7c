using System.Text;
using Consortium.Adapters.Cda.Xml;

namespace Consortium.Adapters.Cda.Sections;

/// <summary>The words of a narrative block as plain text: a line for each paragraph, item and row, a tab between the cells of a row.</summary>
internal static class PlainText
{
    /// <summary>The text; empty where there are no words.</summary>
    public static string Of(CdaNode? block)
    {
        var text = new StringBuilder();
        if (block is not null) Append(text, block);
        return text.ToString().Trim();
    }

    private static void Append(StringBuilder text, CdaNode node)
    {
        for (CdaNode? child = node.First; child is not null; child = child.Next)
        {
            if (child.IsText)
            {
                Words(text, child.Characters);
                continue;
            }

            // What is marked as deleted does not hold any more.
            if (child["revised"] == "delete") continue;
            bool block = child.Name is "paragraph" or "item" or "tr" or "list" or "table" or "caption" or "br" or "thead" or "tbody";
            if (block) EndLine(text);
            Append(text, child);
            if (block) EndLine(text);
            else if (child.Name is "td" or "th") text.Append('\t');
        }
    }

    private static void Words(StringBuilder text, string characters)
    {
        foreach (char c in characters)
        {
            bool space = c is ' ' or '\t' or '\r' or '\n' or '\u00A0';
            if (!space) text.Append(c < ' ' ? ' ' : c);
            else if (text.Length > 0 && text[^1] is not (' ' or '\n' or '\t')) text.Append(' ');
        }
    }

    private static void EndLine(StringBuilder text)
    {
        while (text.Length > 0 && text[^1] is (' ' or '\t')) text.Length--;
        if (text.Length > 0 && text[^1] != '\n') text.Append('\n');
    }
}
