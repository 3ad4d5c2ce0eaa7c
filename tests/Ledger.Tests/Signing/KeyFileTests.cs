using System.Globalization;

namespace Consortium.Ledger.Tests;

public sealed class KeyFileTests : IDisposable
{
    private const string Key = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
    private readonly string _folder = Directory.CreateTempSubdirectory("keyfile").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The PBKDF2 vector of the Web3 Secret Storage Definition, version 3. (Its scrypt vector has n = 2^18 with r = 1, which RFC 7914
    // does not allow and our scrypt refuses; ethers checks our scrypt files, and we its, in KnownAnswerTests.)
    [Theory]
    [InlineData("""
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """)]
    public void Load_VectorOfTheDefinition_GivesItsKey(string json)
    {
        string path = Write(json);
        using LocalSigner signer = KeyFile.Load(path, "testpassword");
        Assert.Equal(Key, Convert.ToHexStringLower(signer.ExportPrivateKey()));
        Assert.Contains("does not open", Assert.Throws<KeyFileException>(() => KeyFile.Load(path, "testpassword ")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSameKeyToTheOwnerAlone()
    {
        string path = Path.Combine(_folder, "member.json");
        KeyFile.Save(path, "密码 🔑", Convert.FromHexString(Key), KeyFileStrength.Light);
        using LocalSigner signer = KeyFile.Load(path, "密码 🔑");
        Assert.Equal(Key, Convert.ToHexStringLower(signer.ExportPrivateKey()));
        Assert.DoesNotContain(Key, File.ReadAllText(path), StringComparison.OrdinalIgnoreCase);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Create_StandardStrength_OpensAgainAsTheSameAddress()
    {
        string path = Path.Combine(_folder, "standard.json");
        using LocalSigner created = KeyFile.Create(path, "p", KeyFileStrength.Standard);
        using LocalSigner loaded = KeyFile.Load(path, "p");
        Assert.Equal(created.Address, loaded.Address);
        Assert.Contains("\"n\":262144", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Save_OverAnExistingFile_IsRefusedAndLeavesIt()
    {
        string path = Write("precious");
        Assert.Throws<KeyFileException>(() => KeyFile.Save(path, "p", Convert.FromHexString(Key), KeyFileStrength.Light));
        Assert.Equal("precious", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[3]")]
    [InlineData("""{"version":1,"crypto":{}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-256-gcm"}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"argon2","kdfparams":{"dklen":32,"salt":"00"}}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{"dklen":32,"n":1073741824,"p":1,"r":8,"salt":"00"}}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{"dklen":32,"n":1000,"p":1,"r":8,"salt":"00"}}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,"salt":"00"}}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"pbkdf2","kdfparams":{"c":2000000000,"dklen":32,"prf":"hmac-sha256","salt":"00"}}}""")]
    public void Load_AnythingElse_IsRefusedByName(string json)
    {
        string path = Write(json);
        Assert.Contains(path, Assert.Throws<KeyFileException>(() => KeyFile.Load(path, "p")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFile_IsRefusedByName() =>
        Assert.Contains("nothing.json", Assert.Throws<KeyFileException>(() => KeyFile.Load(Path.Combine(_folder, "nothing.json"), "p")).Message, StringComparison.Ordinal);

    private string Write(string text)
    {
        string path = Path.Combine(_folder, text.Length.ToString(CultureInfo.InvariantCulture) + ".json");
        File.WriteAllText(path, text);
        return path;
    }
}
