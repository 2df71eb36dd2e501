/**
 * Exact arithmetic for the scripts. The server's only numbers are doubles, so amounts come and go as decimal text and are added in limbs of
 * fourteen digits: two limbs and a carry stay far below 2^53. No amount is ever a number as a whole, whatever its length.
 */
export const LUA_AMOUNT = `
local LIMB, WIDTH = 100000000000000, 14
local function parse(text)
  local limbs, to = {}, #text
  while to > WIDTH do
    limbs[#limbs + 1] = tonumber(string.sub(text, to - WIDTH + 1, to))
    to = to - WIDTH
  end
  limbs[#limbs + 1] = tonumber(string.sub(text, 1, to))
  return limbs
end
local function add(a, b)
  local sum, carry = {}, 0
  for at = 1, math.max(#a, #b) do
    local limb = (a[at] or 0) + (b[at] or 0) + carry
    carry = 0
    if limb >= LIMB then limb, carry = limb - LIMB, 1 end
    sum[at] = limb
  end
  if carry > 0 then sum[#sum + 1] = carry end
  return sum
end
local function fits(a, b)
  if #a ~= #b then return #a < #b end
  for at = #a, 1, -1 do
    if a[at] ~= b[at] then return a[at] < b[at] end
  end
  return true
end
local function subtract(a, b)
  if fits(a, b) then return { 0 } end
  local rest, borrow = {}, 0
  for at = 1, #a do
    local limb = a[at] - (b[at] or 0) - borrow
    borrow = 0
    if limb < 0 then limb, borrow = limb + LIMB, 1 end
    rest[at] = limb
  end
  while #rest > 1 and rest[#rest] == 0 do rest[#rest] = nil end
  return rest
end
local function text(a)
  local parts = { string.format('%.0f', a[#a]) }
  for at = #a - 1, 1, -1 do parts[#parts + 1] = string.format('%014.0f', a[at]) end
  return table.concat(parts)
end
`;

/** The check of the fence: whoever knows another one is told so and nothing is done. */
export const LUA_INCARNATION = `
if redis.call('HGET', KEYS[1], 'i') ~= ARGV[1] then return 'lost' end
local function serverTime()
  local clock = redis.call('TIME')
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end
`;

/** The same, and the server's time, ms. */
export const LUA_FENCED = `${LUA_INCARNATION}
local now = serverTime()
`;
