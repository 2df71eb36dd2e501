import { LUA_AMOUNT, LUA_INCARNATION } from './lua-amount.ts';

/** Reads and writes what an account counts: `<version of the look> <taken since> <until at most> <greatest entry that took>`. */
export const LUA_STATE = `
local function unpacked(state)
  local v, x, u, g = string.match(state or '- 0 0 ', '^(%S+) (%d+) (%d+) (.*)$')
  return v, parse(x), tonumber(u), g
end
local function packed(v, x, u, g)
  return v .. ' ' .. text(x) .. ' ' .. string.format('%.0f', u) .. ' ' .. g
end
`;

/**
 * One round trip of the counter: takes, and what became of earlier ones, in order.
 *
 * `KEYS`: the fence, then accounts. `ARGV`: the incarnation, then operations, packed as `pack.ts` packs them:
 * ```
 * <lines> <field> (<key> <expected> <next> <room> <take>)…   take on every line or on none; a take begins with its amount
 * c <key> <n> <field>…   confirmed: the record holds it, the next look finds it there
 * b <key> <field>        given back: the record does not hold it
 * m <key>                room was freed in the record: what was read before counts as old
 * ```
 * An account is a hash: `s` its state, a field `T:<id>` for each take of which nobody said yet whether the record holds it. Where the state is the one
 * that the caller expected he has added and compared himself, exactly, and it becomes the next. Else it is done here: expected then says which look the
 * room is of, or `!` to take whatever the room is. Answers `1` where every take went as expected, else per take: `1` as expected, `{'t', state, …}`
 * taken, `v` another look than the caller's, `{'n', known, now, state, in doubt, time of the look, …}` does not fit. What an account counts is
 * read once and written once.
 */
export const LUA_COUNT = `${LUA_AMOUNT}${LUA_STATE}${LUA_INCARNATION}
local call = redis.call
local ops = cmsgpack.unpack(ARGV[2])
local states, writes, answers, at, plain = {}, {}, {}, 1, true
local function state(index)
  local found = states[index]
  if found == nil then
    found = call('HGET', KEYS[index], 's')
    states[index] = found
  end
  return found
end
local function save(index)
  local fields = writes[index]
  if not fields then return end
  fields[2] = states[index]
  call('HSET', KEYS[index], unpack(fields))
  writes[index] = nil
end
local function saveAll()
  for index in pairs(writes) do save(index) end
end
local function put(index, field, take, text)
  states[index] = text
  local fields = writes[index]
  if fields then
    local count = #fields
    fields[count + 1], fields[count + 2] = field, take
  else
    writes[index] = { 's', text, field, take }
  end
end
local function refused(field, first, last)
  saveAll()
  local answer = { 'n', 0, string.format('%.0f', serverTime()) }
  for from = first, last, 5 do
    local key = KEYS[ops[from]]
    if call('HEXISTS', key, field) == 1 then answer[2] = 1 end
    local s, d, t = unpack(call('HMGET', key, 's', 'd', 't'))
    answer[#answer + 1] = s or '- 0 0 '
    answer[#answer + 1] = d or '0'
    answer[#answer + 1] = t or '0'
  end
  return answer
end
local function after(a, b)
  local ends = math.min(#a, #b)
  for place = 1, ends do
    local left, right = string.byte(a, place), string.byte(b, place)
    if left ~= right then return left > right end
  end
  return #a > #b
end
local function counted(field, first, last)
  local texts, fit = {}, true
  for from = first, last, 5 do
    local expected = ops[from + 1]
    local v, x, u, g = unpacked(state(ops[from]))
    local amount, till = string.match(ops[from + 4], '^(%d+) %d+ (%d+)')
    local entry = string.match(ops[from + 2], '^%S+ %d+ %d+ (.*)$')
    x = add(x, parse(amount))
    if expected ~= '!' then
      if v ~= string.match(expected, '^%S+') then return 'v' end
      local room = ops[from + 3]
      if room == '' or not fits(x, parse(room)) then fit = false end
    end
    texts[from] = packed(v, x, math.max(u, tonumber(till)), after(entry, g) and entry or g)
  end
  if not fit then return refused(field, first, last) end
  local answer = { 't' }
  for from = first, last, 5 do
    local index = ops[from]
    if state(index) then put(index, field, ops[from + 4], texts[from]) end
    answer[#answer + 1] = texts[from]
  end
  return answer
end
local function isExpected(first, last)
  for from = first, last, 5 do
    if state(ops[from]) ~= ops[from + 1] then return false end
  end
  return true
end
while at <= #ops do
  local op = ops[at]
  if type(op) == 'number' then
    local field, first = ops[at + 1], at + 2
    at = first + op * 5
    if isExpected(first, at - 5) then
      for from = first, at - 5, 5 do put(ops[from], field, ops[from + 4], ops[from + 2]) end
      answers[#answers + 1] = 1
    else
      plain = false
      answers[#answers + 1] = counted(field, first, at - 5)
    end
  else
    local index = ops[at + 1]
    if op == 'c' then
      local first = at + 3
      at = first + ops[at + 2]
      save(index)
      call('HDEL', KEYS[index], unpack(ops, first, at - 1))
    elseif op == 'b' then
      local field, found = ops[at + 2], state(index)
      save(index)
      local taken = call('HGET', KEYS[index], field)
      if taken then
        call('HDEL', KEYS[index], field)
        local v, x, u, g = unpacked(found)
        states[index] = packed(v, subtract(x, parse(string.match(taken, '^%d+'))), u, g)
        writes[index] = { 's', states[index] }
      end
      at = at + 3
    else
      if call('EXISTS', KEYS[index]) == 1 then
        call('HSET', KEYS[index], 't', '0')
        call('HINCRBY', KEYS[index], 'm', 1)
      end
      at = at + 2
    end
  end
end
saveAll()
if plain then return 1 end
return answers
`;
