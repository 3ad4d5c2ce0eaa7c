namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Joins neighbouring terms to the one name that a note writes: 左肺上叶 + 腺癌, 高血压病 + 3级(高危), 舍曲林 + 片, 右胫骨 + 切开复位内固定术.</summary>
internal static class Joining
{
    public static void Join(string text, TextSpan block, SpanSet taken, List<FactDraft> drafts)
    {
        for (int i = 0; i < drafts.Count; i++)
        {
            FactDraft draft = drafts[i];
            int start = draft.Span.Start;
            int end = draft.Span.End;
            if (draft.Category is FactCategory.Disease or FactCategory.Procedure or FactCategory.Test)
            {
                start = Left(text, drafts, ref i, start, end, draft.Category, block, taken);
                int next = i + 1 < drafts.Count ? drafts[i + 1].Span.Start : block.End;
                if (draft.Category == FactCategory.Disease) end = Math.Min(Extension.Right(text, end, block.End), Math.Max(end, next));
            }
            else if (draft.Category == FactCategory.Body && draft.Span.Length > 1)
            {
                start = Left(text, drafts, ref i, start, end, draft.Category, block, taken);
                int next = i + 1 < drafts.Count ? drafts[i + 1].Span.Start : block.End;
                foreach (string tail in Vocabulary.SiteTails)
                {
                    if (end + tail.Length > next || !text.AsSpan(end, next - end).StartsWith(tail)) continue;
                    end += tail.Length;
                    break;
                }
            }
            else if (draft.Category == FactCategory.Drug)
            {
                end = Math.Min(Vocabulary.FormEnd(text, end, block.End), i + 1 < drafts.Count ? Math.Max(end, drafts[i + 1].Span.Start) : block.End);
            }

            if (start == draft.Span.Start && end == draft.Span.End) continue;
            if (taken.Touches(start, end)) continue;
            drafts[i] = draft with { Span = new TextSpan(start, end), KeepsCode = draft.KeepsCode && draft.Category != FactCategory.Disease };
        }
    }

    private static bool EndsAsOperation(string text, int end) => text[end - 1] == '术';

    private static int Left(string text, List<FactDraft> drafts, ref int i, int start, int end, FactCategory category, TextSpan block, SpanSet taken)
    {
        for (bool again = true; again;)
        {
            again = false;
            bool named = i > 0 && (drafts[i - 1].Category == FactCategory.Body
                || (category == FactCategory.Procedure && EndsAsOperation(text, end) && drafts[i - 1].Category is FactCategory.Disease or FactCategory.Procedure or FactCategory.Test or FactCategory.Symptom));
            if (named && drafts[i - 1].Span.End == start && drafts[i - 1].Span.Length > 1)
            {
                start = drafts[i - 1].Span.Start;
                drafts.RemoveAt(--i);
                again = true;
            }

            foreach (string word in category == FactCategory.Disease ? Vocabulary.DiseaseOpenings : Vocabulary.Sides)
            {
                int at = start - word.Length;
                if (at < block.Start || (i > 0 && drafts[i - 1].Span.End > at) || taken.Touches(at, start) || !text.AsSpan(at, word.Length).SequenceEqual(word)) continue;
                start = at;
                again = true;
                break;
            }
        }

        return start;
    }
}
