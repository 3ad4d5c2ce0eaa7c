using System.Net;
using System.Text;
using Consortium.Fhir;
using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Search.Text;

/// <summary>
/// The words of a resource (FHIR R4 search.html#text, #content): those of its narrative, and those of all its other texts and codes, contained resources among them.
/// Numbers, dates, references, URIs and ids are not words; they have search parameters of their own.
/// </summary>
internal static class TextReader
{
    /// <summary>The number of the narrative in the index.</summary>
    public const int Narrative = 1;

    /// <summary>The number of everything else.</summary>
    public const int Content = 2;

    /// <summary>Stands between two texts, so that no phrase goes from one into the next. It is no word that anybody can look for.</summary>
    private const string Between = "\u00a6";

    /// <summary>A row of the index holds so many words; PostgreSQL's positions end at 16,383, and it keeps 256 places of a word in a row.</summary>
    private const int MostWords = 2000;

    /// <summary>So many words stand at the end of one row and at the beginning of the next, so that no phrase is lost at the seam.</summary>
    private const int Shared = TextQueryParser.MostWords;

    /// <summary>Reads the words of a resource.</summary>
    public static void Read(FhirNode root, List<TextRow> rows)
    {
        List<string> narrative = [], content = [];
        if (root.Child("text").Child("div").Value is { } div) WordSplitter.Split(Plain(div), narrative);
        Walk(root, content, atTop: true);
        Add(Narrative, narrative, rows);
        Add(Content, content, rows);
    }

    private static void Walk(FhirNode node, List<string> words, bool atTop)
    {
        bool isReference = node.TypeName == "Reference";
        foreach (FhirNode child in node.Children)
        {
            if (atTop && child.TypeName == "Narrative") continue; // its words are the narrative's
            if (child.Name == "id") continue;
            switch (child.TypeName)
            {
                case "xhtml" when child.Value is { } div:
                    Words(Plain(div), words);
                    break;
                case "string" or "markdown" or "code" when child.Value is { } text:
                    if (!(isReference && child.Name == "reference")) Words(text, words);
                    break;
            }

            Walk(child, words, atTop: false);
        }
    }

    private static void Words(string text, List<string> words)
    {
        if (words.Count > 0) words.Add(Between);
        WordSplitter.Split(text, words);
    }

    private static void Add(int parameter, List<string> words, List<TextRow> rows)
    {
        int group = 0;
        for (int from = 0; from < words.Count; from += MostWords - Shared)
        {
            rows.Add(new TextRow(parameter, group++, words.GetRange(from, Math.Min(MostWords, words.Count - from))));
            if (from + MostWords >= words.Count) break;
        }
    }

    /// <summary>The text of XHTML: without tags and comments, each tag a blank, entities read.</summary>
    private static string Plain(string div)
    {
        var text = new StringBuilder(div.Length);
        for (int at = 0; at < div.Length;)
        {
            if (div[at] != '<')
            {
                text.Append(div[at++]);
                continue;
            }

            bool comment = div.AsSpan(at).StartsWith("<!--", StringComparison.Ordinal);
            int end = comment ? div.IndexOf("-->", at, StringComparison.Ordinal) : div.IndexOf('>', at);
            if (end < 0) break;
            at = end + (comment ? 3 : 1);
            text.Append(' ');
        }

        return WebUtility.HtmlDecode(text.ToString());
    }
}
