using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>
/// An ECDSA signature over secp256k1 from which the signer can be recovered. <see cref="S"/> is in the lower half
/// of the group order (EIP-2), so that one message and one nonce have one signature.
/// </summary>
/// <param name="R">The x coordinate of the ephemeral point modulo the group order, big-endian.</param>
/// <param name="S">The proof, big-endian, at most half of the group order.</param>
/// <param name="RecoveryId">0 or 1: the parity of the ephemeral point's y coordinate.</param>
public readonly record struct RecoverableSignature(Hash256 R, Hash256 S, byte RecoveryId)
{
    /// <summary>R || S, 64 bytes: the form that JSON Web Signatures use (RFC 7518 section 3.4).</summary>
    public byte[] ToCompact() => [.. R.Span, .. S.Span];
}
