using System.Security.Cryptography;
using System.Text;

namespace Consortium.Integrity;

/// <summary>The outcome of a verification.</summary>
/// <param name="Ok">Whether every value of the view is part of the committed record.</param>
/// <param name="Reason">Why not; null when <paramref name="Ok"/>. Carries no value of the record.</param>
/// <param name="Pointer">Where the view differs, as a pointer into the view; null where no one place is at fault.</param>
public sealed record VerificationResult(bool Ok, string? Reason, string? Pointer)
{
    internal static VerificationResult Good { get; } = new(true, null, null);

    internal static VerificationResult Bad(string reason, string? pointer = null) => new(false, reason, pointer);
}

/// <summary>Checks a redacted view against a commitment (<c>record-commitment.md</c>, "To verify a view against a commitment").</summary>
public static class DisclosureVerifier
{
    /// <summary>
    /// Verifies. Trusts none of its inputs: neither view nor disclosure need come from <see cref="RecordCommitment"/>.
    /// </summary>
    public static VerificationResult Verify(ReadOnlySpan<byte> viewJson, Disclosure disclosure, Hash256 commitment)
    {
        ArgumentNullException.ThrowIfNull(disclosure);
        try
        {
            DisclosureTree.Check(disclosure);
            if (!CryptographicOperations.FixedTimeEquals(DisclosureTree.Commitment(disclosure).Span, commitment.Span))
            {
                return VerificationResult.Bad("The disclosure does not give the commitment.");
            }

            LeafNode? committed = LeafNode.Build(disclosure.Disclosed.Select(l => (l.Pointer, l.Type, l.Value)), out string conflict);
            if (committed is null) return VerificationResult.Bad("The disclosed leaves fit no JSON tree.", conflict);

            using LeafTable leaves = RecordReader.Flatten(viewJson);
            LeafNode view = LeafNode.Build(Leaves(leaves), out _) ?? throw new InvalidOperationException("Leaves of a parsed document always fit a tree.");
            return new ViewComparison(disclosure).Compare(view, committed);
        }
        catch (DisclosureFormatException e)
        {
            return VerificationResult.Bad(e.Message);
        }
        catch (RecordFormatException e)
        {
            return VerificationResult.Bad($"The view is refused: {e.Reason}.", e.Pointer);
        }
    }

    private static IEnumerable<(string Pointer, char Type, string Value)> Leaves(LeafTable leaves)
    {
        for (int i = 0; i < leaves.Count; i++)
        {
            yield return (Encoding.UTF8.GetString(leaves.Pointer(i)), (char)leaves.Type(i), Encoding.UTF8.GetString(leaves.Payload(i)));
        }
    }
}
