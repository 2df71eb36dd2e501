// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// The common part: ten decimals places of trouble are added below.
abstract contract WeirdToken {
    mapping(address => uint256) internal held;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    function balanceOf(address owner) public view virtual returns (uint256) {
        return held[owner];
    }

    function mint(address to, uint256 amount) external {
        totalSupply += amount;
        held[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function move(address from, address to, uint256 amount) internal {
        held[from] -= amount;
        held[to] += amount;
        emit Transfer(from, to, amount);
    }

    function allow(address spender, uint256 amount) internal {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
    }
}

/// Returns nothing.
contract NoReturn is WeirdToken {
    function transfer(address to, uint256 amount) external {
        move(msg.sender, to, amount);
    }
}

/// Says no and does it all the same.
contract SaysNo is WeirdToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount);
        return false;
    }
}

/// Says yes, writes an event, and does nothing.
contract DoesNothing is WeirdToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        emit Transfer(msg.sender, to, amount);
        return true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        emit Approval(msg.sender, spender, amount);
        return true;
    }
}

/// Keeps a tenth of each transfer.
contract TakesFee is WeirdToken {
    address public immutable collector = msg.sender;

    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount - amount / 10);
        move(msg.sender, collector, amount / 10);
        return true;
    }
}

/// Takes a tenth on top.
contract TakesMore is WeirdToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount);
        held[msg.sender] -= amount / 10;
        return true;
    }
}

/// Doubles every balance with each transfer.
contract Rebases is WeirdToken {
    uint256 internal factor = 1;

    function balanceOf(address owner) public view override returns (uint256) {
        return held[owner] * factor;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount / factor);
        factor *= 2;
        return true;
    }
}

/// Pausable, with a list of those who may not.
contract Guarded is WeirdToken {
    bool public paused;
    mapping(address => bool) public blocked;

    function pause(bool on) external {
        paused = on;
    }

    function forbid(address who, bool on) external {
        blocked[who] = on;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        require(!paused, "paused");
        require(!blocked[msg.sender] && !blocked[to], "blocked");
        require(amount > 0, "zero");
        move(msg.sender, to, amount);
        return true;
    }

    /// No change from one allowance to another.
    function approve(address spender, uint256 amount) external returns (bool) {
        require(amount == 0 || allowance[msg.sender][spender] == 0, "not from one to another");
        allow(spender, amount);
        return true;
    }
}

/// All that there is, where all that can be is asked for; counts in 96 bits.
contract Small is WeirdToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount == type(uint256).max ? held[msg.sender] : uint96(amount));
        return true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allow(spender, amount == type(uint256).max ? type(uint96).max : uint96(amount));
        return true;
    }
}

/// Lends itself for the time of one call, and calls whoever is paid: they may call back.
contract Hooked is WeirdToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        held[to] += 1e30;
        move(msg.sender, to, amount);
        if (to.code.length > 0) {
            (bool ok,) = to.call(abi.encodeWithSignature("received(address)", msg.sender));
            ok;
        }
        held[to] -= 1e30;
        return true;
    }
}

/// A second address of another token: what it moves is the other's.
contract SecondDoor {
    NoReturn public immutable first;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor(NoReturn first_) {
        first = first_;
    }

    function balanceOf(address owner) external view returns (uint256) {
        return first.balanceOf(owner);
    }

    /// Only works because this fixture mints back what it takes: a real one has the rights.
    function transfer(address to, uint256 amount) external returns (bool) {
        FirstDoor(address(first)).moveFor(msg.sender, to, amount);
        return true;
    }
}

/// The first address: lets its second move for anybody.
contract FirstDoor is WeirdToken {
    function moveFor(address from, address to, uint256 amount) external {
        move(from, to, amount);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount);
        return true;
    }
}

/// Runs whatever its admin points at (EIP-1967).
contract Upgradable {
    bytes32 private constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    constructor(address target) {
        upgrade(target);
    }

    function upgrade(address target) public {
        assembly {
            sstore(SLOT, target)
        }
    }

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), sload(SLOT), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
