using System.Text;

namespace Consortium.Integrity;

/// <summary>
/// Compares a view with the tree of the visible leaves (<c>record-commitment.md</c>, "To verify", step 3). The view may
/// have more in two places only: security labels in <c>meta.security</c>, and the <c>masked</c> extension where
/// something is hidden.
/// </summary>
internal sealed class ViewComparison(Disclosure disclosure)
{
    private const string DataAbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
    private const string ObservationValue = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
    private const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    private byte[][]? _pointers;

    /// <summary>The visible leaves' pointers in bytes, in order; needed only where something is masked.</summary>
    private byte[][] Pointers => _pointers ??= [.. disclosure.Disclosed.Select(l => Encoding.UTF8.GetBytes(l.Pointer))];

    public VerificationResult Compare(LeafNode view, LeafNode committed)
    {
        if (disclosure.Disclosed.Count == 0) return VerificationResult.Bad("The disclosure shows nothing of the record.");
        return Object(view, committed, isRoot: true) ?? VerificationResult.Good;
    }

    /// <summary>Null if the same.</summary>
    private VerificationResult? Node(LeafNode view, LeafNode committed)
    {
        if (committed.IsLeaf)
        {
            if (!view.IsLeaf) return VerificationResult.Bad("The view has a structure where the record has a value.", view.Pointer);
            return view.Type == committed.Type && view.Value == committed.Value ? null : VerificationResult.Bad("The value differs from the committed one.", view.Pointer);
        }

        if (committed.IsArray != view.IsArray || committed.IsObject != view.IsObject) return VerificationResult.Bad("The view's structure differs from the committed one.", view.Pointer);
        return committed.IsArray ? Array(view, committed) : Object(view, committed, isRoot: false);
    }

    private VerificationResult? Array(LeafNode view, LeafNode committed)
    {
        int common = Math.Min(view.Items.Count, committed.Items.Count);
        for (int i = 0; i < common; i++)
        {
            if (Node(view.Items[i], committed.Items[i]) is { } bad) return bad;
        }

        if (view.Items.Count > common) return VerificationResult.Bad("The view has an entry that the record does not show.", view.Items[common].Pointer);
        return committed.Items.Count > common ? VerificationResult.Bad("The view lacks a disclosed entry.", view.Pointer) : null;
    }

    private VerificationResult? Object(LeafNode view, LeafNode committed, bool isRoot)
    {
        foreach (LeafNode member in committed.Members)
        {
            if (view.Member(member.Token) is not { } shown) return VerificationResult.Bad("The view lacks a disclosed element.", $"{view.Pointer}/{member.Token}");
            VerificationResult? bad = isRoot && member.Token is "meta" ? Meta(shown, member) : Node(shown, member);
            if (bad is not null) return bad;
        }

        foreach (LeafNode member in view.Members)
        {
            if (committed.Member(member.Token) is not null) continue;
            if (isRoot && member.Token is "meta" && member.IsObject && member.Members.Count == 1 && member.Member("security") is { } security)
            {
                if (Security(security, null) is { } bad) return bad;
            }
            else if (!IsMasked(member, committed))
            {
                return VerificationResult.Bad("The view has an element that the record does not show.", member.Pointer);
            }
        }

        return null;
    }

    private VerificationResult? Meta(LeafNode view, LeafNode committed)
    {
        if (!view.IsObject || !committed.IsObject) return Node(view, committed);
        foreach (LeafNode member in committed.Members)
        {
            if (view.Member(member.Token) is not { } shown) return VerificationResult.Bad("The view lacks a disclosed element.", $"{view.Pointer}/{member.Token}");
            if ((member.Token is "security" ? Security(shown, member) : Node(shown, member)) is { } bad) return bad;
        }

        foreach (LeafNode member in view.Members)
        {
            if (committed.Member(member.Token) is not null) continue;
            VerificationResult? bad = member.Token is "security"
                ? Security(member, null)
                : IsMasked(member, committed) ? null : VerificationResult.Bad("The view has an element that the record does not show.", member.Pointer);
            if (bad is not null) return bad;
        }

        return null;
    }

    /// <summary>The committed labels in their order, added ones from the two code systems anywhere among them.</summary>
    private VerificationResult? Security(LeafNode view, LeafNode? committed)
    {
        if (!view.IsArray || committed is { IsArray: false }) return VerificationResult.Bad("meta.security is no array in view and record.", view.Pointer);
        IReadOnlyList<LeafNode> labels = committed?.Items ?? [];
        int next = 0;
        foreach (LeafNode coding in view.Items)
        {
            if (next < labels.Count && Node(coding, labels[next]) is null) next++;
            else if (!IsAddedLabel(coding)) return VerificationResult.Bad("A security label that is neither the record's nor one that redaction may add.", coding.Pointer);
        }

        return next == labels.Count ? null : VerificationResult.Bad("The view lacks a disclosed security label.", view.Pointer);
    }

    private static bool IsAddedLabel(LeafNode coding) =>
        coding.IsObject
        && coding.Member("system") is { Type: 's', Value: ObservationValue or Confidentiality }
        && coding.Member("code") is { Type: 's' }
        && coding.Members.All(m => m.Type == 's' && m.Token is ("system" or "version" or "code" or "display"));

    /// <summary>
    /// Whether a member stands in place of a hidden element: nothing but the <c>masked</c> extension, as an object
    /// (complex element, or the <c>_x</c> of a primitive) or an array of one such object, and with a hidden leaf where
    /// the element would be.
    /// </summary>
    private bool IsMasked(LeafNode member, LeafNode parent)
    {
        LeafNode element = member is { IsArray: true, Items: [var only] } ? only : member;
        if (!element.IsObject || element.Members.Count != 1 || element.Member("extension") is not { IsArray: true, Items: [var extension] }) return false;
        if (!extension.IsObject || extension.Members.Count != 2
            || extension.Member("url") is not { Type: 's', Value: DataAbsentReason }
            || extension.Member("valueCode") is not { Type: 's', Value: "masked" })
        {
            return false;
        }

        ReadOnlySpan<char> name = member.Token;
        if (!name.StartsWith('_')) return HidesSomething($"{parent.Pointer}/{name}");
        return parent.Member(name[1..]) is null
            && (HidesSomething($"{parent.Pointer}/{name[1..]}") || HidesSomething($"{parent.Pointer}/{name}"));
    }

    /// <summary>Whether a hidden leaf stands where the pointer, or what is below it, would be among the sorted leaves.</summary>
    private bool HidesSomething(string pointer) =>
        HasGapAt(Encoding.UTF8.GetBytes(pointer)) || HasGapAt(Encoding.UTF8.GetBytes(pointer + "/"));

    private bool HasGapAt(byte[] pointer)
    {
        int at = System.Array.BinarySearch(Pointers, pointer, ByteOrder.Instance);
        int after = at < 0 ? ~at : at;
        int previous = after == 0 ? -1 : disclosure.Disclosed[after - 1].Index;
        int next = after == Pointers.Length ? disclosure.Leaves : disclosure.Disclosed[after].Index;
        return next - previous > 1;
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
