using System.Buffers.Text;
using System.Text;

namespace Consortium.Ledger.Tests;

public sealed class MemberTokenTests
{
    private const ulong Chain = 31337;
    private const string Audience = "did:pkh:eip155:31337:0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    private static readonly LocalSigner Signer = DevelopmentChain.FundedSigner(0);

    [Fact]
    public async Task Verify_FreshToken_NamesTheSigner()
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, TimeProvider.System, TimeSpan.FromMinutes(1));
        MemberIdentity identity = MemberToken.Verify(token, Chain, Audience, TimeProvider.System);
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", identity.Address.ToString());
        Assert.Equal(32, identity.TokenId.Length);
    }
}
