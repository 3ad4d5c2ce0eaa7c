using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>Whatever holds a member's chain key: a local key, a hardware module, a remote signing service.</summary>
public interface ISigner
{
    /// <summary>The address of the key.</summary>
    Address Address { get; }

    /// <summary>Signs a 32-byte digest; the result has a low s and recovers to <see cref="Address"/>.</summary>
    ValueTask<RecoverableSignature> SignAsync(Hash256 digest, CancellationToken cancellationToken = default);
}
